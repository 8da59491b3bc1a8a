"""Tasks are begun, raced and protected in engine/aio (tasks.py, waits.py): nobody else asks asyncio for it."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.unit.promises.sources import name_of, sources

pytestmark = pytest.mark.promise

BY_HAND: Final = {"create_task", "ensure_future", "shield", "FIRST_COMPLETED"}


def by_hand(source: str) -> Iterator[str]:
    """What of asyncio is used or imported; a TaskGroup's own tasks have an owner."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("asyncio", "loop")
        ):
            yield from BY_HAND & {node.attr}
        if isinstance(node, ast.ImportFrom) and node.module == "asyncio":
            yield from BY_HAND & {each.name for each in node.names}


def test_no_other_file_begins_races_or_shields_tasks_by_hand() -> None:
    using = {name_of(path) for path in sources() if any(by_hand(path.read_text("utf-8")))}

    assert using == {"engine/aio/tasks.py"}


def test_what_is_done_by_hand_is_seen() -> None:
    source = "import asyncio\nasync def wait():\n    await asyncio.shield(asyncio.create_task(work()))\n"

    assert set(by_hand(source)) == {"shield", "create_task"}
