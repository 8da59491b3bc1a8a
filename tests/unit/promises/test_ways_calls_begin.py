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
    "engine/live/switchboard.py": {"self._sessions.place", "self._placing.place", "self._inbound.take"},
    "engine/live/placing.py": {"self._sessions.place"},
    "engine/live/inbound.py": {"self._sessions.take"},
    "engine/live/conference/uplink.py": {"self._services.dialer.dial"},
    "engine/live/calls/actions.py": {"self._shared.dialling.dial", "self._session.leg.refer"},
}
"""Who makes a leg, who has a session do so, and who asks the registry, which asks the policies; the stage's `dial` is
the verb, and its `refer` asks them itself. What links rooms of two nodes is no call. A new way belongs behind the
registry."""
BEGINNING: Final = frozenset({"dial", "place", "take", "refer"})
INVITES: Final = {"sip/dialogs.py": {"dialog.makeCall"}}
"""Where the library is told to send INVITE; who may tell it is asked above."""
REFERS: Final = {"sip/dialogs.py": {"self._dialog(leg).xfer"}}
ASKED: Final = frozenset({"admit", "admit_inbound", "require_destination"})


def calls_in(tree: ast.AST, names: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield ast.unparse(node.func)


def live() -> dict[str, ast.Module]:
    return trees("engine/live/")


def trees(folder: str) -> dict[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in sources() if name_of(path).startswith(folder)}


def test_nobody_else_lets_a_call_begin() -> None:
    others = {"self.mix.place", "mix.place", "self.place", "self.services.consent.take", "self._named_queues.take"}
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
        "engine/live/placing.py": 1,
    }


def test_the_library_is_told_to_invite_and_to_refer_in_one_place_each() -> None:
    ours = trees("sip/") | trees("api/") | trees("engine/")
    for name in ("makeCall", "xfer", "xferReplaces"):
        found = {file: set(calls_in(tree, frozenset({name}))) for file, tree in ours.items()}
        expected = {"makeCall": INVITES, "xfer": REFERS}.get(name, {})
        assert {file: ways for file, ways in found.items() if ways} == expected


def test_whoever_follows_a_carrier_elsewhere_asks_the_policies_of_the_call() -> None:
    asking = {file for file, tree in trees("sip/").items() if "refused_redirect" in names_called(tree)}
    following = {file for file, tree in trees("sip/").items() if "follows" in names_called(tree)}

    assert following == asking == {"sip/trunks/call_terms.py"}


def names_called(tree: ast.AST) -> set[str]:
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
