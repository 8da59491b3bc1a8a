"""Live state has one owner: nobody in engine/live sets fields of others, and a status moves by its table alone."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.unit.promises.pages import CHECKOUT
from tests.unit.promises.sources import name_of, sources

pytestmark = pytest.mark.promise

SOURCES: Final = [
    path
    for path in sources(packages=("engine", "api", "sip"))
    if not path.is_relative_to(CHECKOUT / "engine" / "testing")
]
OWNERS_OF_STATUSES: Final = {
    "ConferenceStatus": "engine/model/conference.py",
    "ConsentState": "engine/model/consent/state.py",
    "FlowState": "engine/live/session/flow_handover.py",
    "RecordingStatus": "engine/model/recording.py",
    "Status": "engine/model/call.py",
    "WaitState": "engine/model/queue.py",
}


def foreign_fields(tree: ast.AST) -> Iterator[str]:
    """Fields of other objects than `self` that are set, deleted, or set by setattr."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("setattr", "delattr", "__setattr__")):
            yield ast.unparse(node)


def statuses_written(tree: ast.AST) -> Iterator[str]:
    """Statuses that a `replace` gives to a value that has one already."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"replace", "dataclasses.replace"}:
            for keyword in node.keywords:
                if keyword.arg in {"status", "state"}:
                    yield from (name.id for name in ast.walk(keyword.value) if isinstance(name, ast.Name))


@pytest.mark.parametrize("path", sorted((CHECKOUT / "engine" / "live").rglob("*.py")), ids=name_of)
def test_nobody_sets_a_field_of_another_live_object(path: Path) -> None:
    assert list(foreign_fields(ast.parse(path.read_text("utf-8")))) == []


def test_nobody_else_sets_a_field_of_a_session() -> None:
    session = ast.parse((CHECKOUT / "engine" / "live" / "session" / "session.py").read_text("utf-8"))
    fields = {
        node.attr
        for node in ast.walk(session)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }
    others = [path for path in SOURCES if not path.is_relative_to(CHECKOUT / "engine" / "live")]
    set_by_others = {
        f"{name_of(path)}: {field}"
        for path in others
        for field in foreign_fields(ast.parse(path.read_text("utf-8")))
        if "session" in field.lower() and field.rpartition(".")[2] in fields
    }

    assert fields
    assert set_by_others == set()


def test_a_status_moves_by_its_table_alone() -> None:
    moved = {
        f"{name_of(path)}: {status}"
        for path in SOURCES
        for status in statuses_written(ast.parse(path.read_text("utf-8")))
        if OWNERS_OF_STATUSES.get(status, name_of(path)) != name_of(path)
    }

    assert moved == set()


def test_what_is_forbidden_is_found() -> None:
    tree = ast.parse(
        "session.peer, self.own = one, two\n"
        "self._session.calls += 1\n"
        "setattr(session, 'peer', one)\n"
        "replace(row, status=RecordingStatus.FAILED if late else RecordingStatus.DELETED)\n"
    )

    assert set(foreign_fields(tree)) == {"session.peer", "self._session.calls", "setattr(session, 'peer', one)"}
    assert set(statuses_written(tree)) == {"RecordingStatus", "late"}
