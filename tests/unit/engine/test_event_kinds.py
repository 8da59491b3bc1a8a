"""docs/events.md tells of every kind of event."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
NOTING = {"note", "event"}


def kinds_in(source: Path) -> Iterator[str]:
    """Words that are noted: the first argument of a call of `note`, also where it is one of two."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in NOTING:
            yield from (each.value for each in ast.walk(node.args[0]) if _is_word(each))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_word(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(re.fullmatch("[a-z_]+[a-z]", node.value))
    )


def test_every_kind_that_is_noted_is_described() -> None:
    described = set(re.findall(r"`([a-z_]+)`", (CHECKOUT / "docs" / "events.md").read_text()))
    sources = [*(CHECKOUT / "engine" / "live").rglob("*.py"), *(CHECKOUT / "engine" / "flow").rglob("*.py"),
               *(CHECKOUT / "engine" / "web").rglob("*.py")]  # fmt: skip
    noted = {kind for source in sources for kind in kinds_in(source)}

    assert len(noted) > 50
    assert noted - described == set()
