"""What the type checker says of statements that a program might hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mypy import api as mypy

from scripts.cache import cache_root

_SETTINGS: Final = Path(__file__).parents[3] / "pyproject.toml"


def said_of(statements: Sequence[str], program: str, folder: Path) -> Mapping[str, list[str]]:
    """The checker's lines on each of the statements, which stand in the function that the program ends with."""
    written = folder / "program.py"
    written.write_text(program + "".join(f"    {line}\n" for line in statements))

    cache = str(cache_root() / "mypy-of-tests")
    said, failure, _ = mypy.run(["--config-file", str(_SETTINGS), "--cache-dir", cache, str(written)])

    assert not failure
    first = len(program.splitlines()) + 1
    return {
        statement: [line for line in said.splitlines() if f"program.py:{number}:" in line]
        for number, statement in enumerate(statements, first)
    }
