"""docs/events.md tells of every kind of event."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
NOTING = {"note", "event"}


def kinds_in(source: Path) -> Iterator[str]:
    """Words that are noted: the first argument of a call of `note`, also where it is one of two."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in NOTING:
            yield from _words(node.args[0])


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _words(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        word = node.value if isinstance(node, ast.Constant) else None
        if isinstance(word, str) and re.fullmatch("[a-z_]+[a-z]", word):
            yield word


def test_every_kind_that_is_noted_is_described() -> None:
    described = set(re.findall(r"`([a-z_]+)`", (CHECKOUT / "docs" / "events.md").read_text()))
    sources = [*(CHECKOUT / "engine" / "live").rglob("*.py"), *(CHECKOUT / "engine" / "flow").rglob("*.py"),
               *(CHECKOUT / "engine" / "web").rglob("*.py")]  # fmt: skip
    noted = {kind for source in sources for kind in kinds_in(source)}

    assert len(noted) > 50
    assert noted - described == set()
