"""Every way in which a call begins passes the one place that asks call policies."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.unit.promises.sources import name_of, sources

pytestmark = pytest.mark.promise

WAYS: Final = {
    "engine/live/session/session.py": {"dialer.dial"},
    "engine/live/calls/registry.py": {"session.place", "session.take"},
    "engine/live/switchboard.py": {"self._sessions.place", "self._sessions.take"},
    "engine/live/placing.py": {"self._sessions.place"},
    "engine/live/calls/actions.py": {"self._shared.dialling.dial", "self._session.leg.refer"},
}
"""Who makes a leg, who has a session do so, and who asks the registry, which asks the policies; the stage's `dial` is
the verb, and its `refer` asks them itself. A new way belongs behind the registry."""
BEGINNING: Final = frozenset({"dial", "place", "take", "refer"})
ASKED: Final = frozenset({"admit", "admit_inbound", "require_destination"})


def calls_in(tree: ast.AST, names: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield ast.unparse(node.func)


def live() -> dict[str, ast.Module]:
    return {
        name_of(path): ast.parse(path.read_text("utf-8"))
        for path in sources()
        if name_of(path).startswith("engine/live/")
    }


def test_nobody_else_lets_a_call_begin() -> None:
    others = {"self.mix.place", "self.place", "self.services.consent.take", "self._queues.take"}
    found = {name: set(calls_in(tree, BEGINNING)) - others for name, tree in live().items()}

    assert {name: ways for name, ways in found.items() if ways} == WAYS


def test_the_registry_asks_before_each_of_its_ways_and_whoever_sends_a_call_on_asks_too() -> None:
    asking = {
        name: {asked for asked in calls_in(tree, ASKED) if ".policies." in asked} for name, tree in live().items()
    }

    assert {name: len(asked) for name, asked in asking.items() if asked} == {
        "engine/live/calls/registry.py": 2,
        "engine/live/calls/actions.py": 1,
        "engine/live/calls/control.py": 1,
        "engine/live/switchboard.py": 1,
    }
