"""Live calls read the time, and wait for it to pass, by the clock that they are handed."""

import ast
from pathlib import Path

import pytest

import engine.live

LIVE = Path(engine.live.__file__).parent
OTHERS_TIME = ("asyncio.sleep", "time.monotonic", "time.time", "datetime.now", "loop.time", "get_running_loop().time")
"""A timeout of asyncio's is none of them: it runs on the loop's time, which a simulation makes the clock's own."""


@pytest.mark.promise
def test_no_time_but_the_clocks_is_read_or_waited_for() -> None:
    found = {str(path.relative_to(LIVE)): read_in(path) for path in LIVE.rglob("*.py")}

    assert {name: times for name, times in found.items() if times} == {}


def read_in(path: Path) -> set[str]:
    """Which other times a file reads."""
    written = {ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    return {each for each in written if each.endswith(OTHERS_TIME)}
