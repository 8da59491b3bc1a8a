"""Rooms of several nodes as one of them knows them: a leaf dials its root, a root takes links, the row says which."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from engine.live.phrases import Phrase
from engine.model.conference import Conference, ConferenceStatus
from engine.model.room_link import RoomLink
from engine.ports import Cause
from engine.testing.database import MemoryDatabase
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode, fake_node
from engine.testing.peer_nodes import FakePeerNodes
from tests.unit.live.conferences import ROOM, enters, room_id, the_room
from tests.unit.live.words import DONE, GOODBYE

ROOT = "root"
ROOT_AT = "192.0.2.7:5060"


@pytest.fixture
async def node(database: MemoryDatabase, recordings_of_all: Path) -> AsyncIterator[FakeNode]:
    async with fake_node(database, recordings_of_all, nodes=FakePeerNodes(root=ROOT_AT)) as opened:
        opened.around.customer.documents[DONE] = GOODBYE
        yield opened


def peers(node: FakeNode) -> FakePeerNodes:
    return cast(FakePeerNodes, node.services.nodes)


async def a_room_elsewhere(node: FakeNode) -> Conference:
    """A conference that goes on with another node as its root, on which nobody is by now."""
    made = Conference(
        id="CF" + "1" * 32,
        account_id=node.account.id,
        friendly_name=ROOM,
        status=ConferenceStatus.IN_PROGRESS,
        date_created=node.services.clock.now(),
        node=ROOT,
    )
    return await node.services.stores.conferences.add(made)


async def linked(node: FakeNode, leaf: str = "leaf") -> FarEnd:
    """Another node dials the open room."""
    link = RoomLink(await room_id(node), leaf)
    far_end = node.around.carrier.brings(ROOM, leaf, node.switchboard, link=link)
    await node.passes(0.5)
    return far_end


async def test_a_leaf_dials_the_root_and_each_hears_the_other(node: FakeNode) -> None:
    conference = await a_room_elsewhere(node)
    person = await enters(node)

    root = await node.around.carrier.invited(f"sip:{conference.id}@{ROOT_AT}")
    root.answers()
    await node.passes(0.5)

    assert root.leg.request is not None
    assert root.leg.request.link == RoomLink(conference.id, node.services.node)
    assert (person.can_hear(root), root.can_hear(person)) == (True, True)
    assert (await the_room(node)).participant_count == 1


async def test_a_link_that_ends_is_dialled_again_and_people_hear_that_the_others_are_away(node: FakeNode) -> None:
    conference = await a_room_elsewhere(node)
    person = await enters(node)
    root = await node.around.carrier.invited(f"sip:{conference.id}@{ROOT_AT}")
    root.answers()
    await node.passes(0.5)

    root.hangs_up()

    again = await node.around.carrier.invited(f"sip:{conference.id}@{ROOT_AT}")
    again.answers()
    await node.passes(0.5)
    assert person.can_hear(again)
    await person.hears(Phrase.OTHERS_AWAY.texts["en"])


async def test_a_leaf_whose_root_is_dead_becomes_the_root(node: FakeNode) -> None:
    conference = await a_room_elsewhere(node)
    await enters(node)
    root = await node.around.carrier.invited(f"sip:{conference.id}@{ROOT_AT}")
    root.answers()
    await node.passes(0.5)

    peers(node).dead.add(ROOT)
    await node.passes(2)
    assert (await the_room(node)).node == ROOT, "as long as it is heard"
    root.hangs_up()
    await node.passes(1)

    assert (await the_room(node)).node == node.services.node


async def test_a_root_takes_one_link_of_each_leaf_which_is_no_participant_and_no_call(node: FakeNode) -> None:
    person = await enters(node)

    leaf = await linked(node)
    loop = await linked(node)
    other = await linked(node, "another")

    assert loop.leg.refused_with is Cause.LOOP
    assert (person.can_hear(leaf), other.can_hear(leaf)) == (True, True)
    assert (await the_room(node)).participant_count == 1
    assert node.switchboard.live_calls == 1


async def test_a_root_that_has_nobody_in_it_hands_the_conference_over_to_the_leaf_that_dials(node: FakeNode) -> None:
    conference = await a_room_elsewhere(node)
    await node.services.stores.conferences.claim(conference.id, ROOT, node.services.node)

    leaf = await linked(node)

    assert leaf.leg.refused_with is Cause.UNAVAILABLE
    assert (await the_room(node)).node == "leaf"


async def test_a_leaf_ends_with_the_row(node: FakeNode) -> None:
    conference = await a_room_elsewhere(node)
    person = await enters(node)
    over = replace(conference, status=ConferenceStatus.COMPLETED, ended_at=node.services.clock.now())

    await node.services.stores.conferences.advance(over)
    await node.passes(3)

    assert await node.events(person, "conference_left")


async def test_what_is_for_all_is_told_to_the_other_nodes(node: FakeNode) -> None:
    await a_room_elsewhere(node)
    await enters(node, consent="none-needed")

    await node.switchboard.conferences.end(node.account.id, await room_id(node))
    await node.passes(1)

    assert (ROOT, {"do": "look", "ended": "BY_API", "conference": "CF" + "1" * 32}) in peers(node).told


@pytest.mark.parametrize(
    ("account", "root", "leaf", "linked_up"),
    [("", "eu-be", "eu-de", True), ("eu-be", "eu-be", "eu-be", True), ("eu-be", "eu-be", "eu-de", False),
     ("eu-de", "eu-be", "eu-de", False)],
)  # fmt: skip
async def test_a_leaf_is_linked_only_where_both_are_in_the_accounts_region(
    database: MemoryDatabase, recordings_of_all: Path, account: str, root: str, leaf: str, linked_up: bool
) -> None:
    async with fake_node(database, recordings_of_all, nodes=FakePeerNodes(), region=root) as node:
        peers(node).in_region["leaf"] = leaf
        person = await enters(node)
        await node.accounts.move_to(node.account.id, account)

        far_end = await linked(node)

        assert (person.can_hear(far_end), far_end.can_hear(person)) == (linked_up, linked_up)
        assert far_end.leg.refused_with is (None if linked_up else Cause.NOT_IN_REGION)
