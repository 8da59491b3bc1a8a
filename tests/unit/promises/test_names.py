"""No two classes have one name; a docstring begins with what a thing is or does, not with of, by or for what."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.unit.promises.pages import CHECKOUT
from tests.unit.promises.sources import PACKAGES, name_of, sources

pytestmark = pytest.mark.promise

FLOW_ELEMENTS: Final = CHECKOUT / "engine" / "flow" / "verbs"
"""Classes there are named after the elements that they declare, some of which are nouns of the engine too."""
UNTOLD: Final = (
    "Also ", "As ", "By ", "For ", "From ", "Implements ", "In ", "It ", "Of ", "On ", "Such ", "That ", "These ",
    "Those ", "To ", "Where it ", "Where they ", "Whose ", "With ",
)  # fmt: skip
BESIDE: Final = ("bench", "scripts", "tests/peers")
OTHERWISE: Final = ("engine/store/migrations",)
"""Migrations are history."""

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def classes(tree: ast.AST) -> Iterator[str]:
    return (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def untold(tree: ast.AST) -> Iterator[str]:
    """Docstrings that begin in the middle."""
    for node in ast.walk(tree):
        if isinstance(node, Documented):
            told = ast.get_docstring(node) or ""
            if told.startswith(UNTOLD):
                yield told.partition("\n")[0]


def test_no_two_classes_have_one_name() -> None:
    places: defaultdict[str, set[str]] = defaultdict(set)
    for path in sources():
        if not path.is_relative_to(FLOW_ELEMENTS):
            for name in classes(ast.parse(path.read_text("utf-8"))):
                places[name].add(name_of(path))

    assert {name: files for name, files in places.items() if len(files) > 1} == {}


@pytest.mark.parametrize("path", [*sources(packages=(*PACKAGES, *BESIDE))], ids=name_of)
def test_docstrings_say_what_a_thing_is(path: Path) -> None:
    if name_of(path).startswith(OTHERWISE):
        pytest.skip("told above")

    assert list(untold(ast.parse(path.read_text("utf-8")))) == []


def test_a_docstring_that_begins_in_the_middle_is_found() -> None:
    tree = ast.parse('class Clock:\n    """Implements engine.ports.Clock."""\n\n    def now(self): "As it is now."')

    assert list(untold(tree)) == ["Implements engine.ports.Clock.", "As it is now."]
