"""The page of interoperability names tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMED = re.findall(r"(tests/\S+\.py)::(\w+)", (ROOT / "docs/interop.md").read_text(encoding="utf-8"))

pytestmark = pytest.mark.promise


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_behaviour_is_shown_by_a_test(file: str, test: str) -> None:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    functions = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert test in functions


def test_the_page_names_some() -> None:
    assert len(NAMED) > 30
