"""Calls for which no trunk has room are refused before anything is stored; others have room until they are dialled."""

import pytest
from sqlalchemy import select

from engine.errors import TrunksFull
from engine.store.tables.calls import calls
from engine.testing.node import FakeNode

TALK = "<Response><Pause length='60'/></Response>"


async def test_a_call_that_is_asked_for_while_all_trunks_are_full_is_refused_and_leaves_nothing(node: FakeNode) -> None:
    node.around.carrier.is_full = True

    with pytest.raises(TrunksFull):
        await node.calls("+3225550199", TALK)

    assert await node.database.rows(select(calls.c.id)) == []


@pytest.mark.parametrize("target", ["+3225550199", "sip:nowhere.example"])
async def test_room_is_kept_until_a_call_is_dialled_or_has_failed(node: FakeNode, target: str) -> None:
    await node.calls(target, TALK)
    await node.passes(1)

    assert node.around.carrier.reserved == set()
