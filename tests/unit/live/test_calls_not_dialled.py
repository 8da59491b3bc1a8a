"""Calls whose node ends between their storing and their INVITE: another places them, once, as they were ordered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StoreError
from engine.flow.written import WrittenFlow
from engine.ids import IdKind, new_id
from engine.live.orders import NewCall
from engine.live.recovery import take_over
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard
from engine.model.call import Call, Status
from engine.model.call_options import CallOptions
from engine.model.node import Node, NodeState
from engine.ports import DialRequest, Leg
from engine.testing.assembly import AS_SET, services_of, stores_of
from engine.testing.database import MemoryDatabase
from engine.testing.node import OUR_NUMBER, FakeNode

CALLEE = "sip:desk@93.184.216.34"
STAYS = "<Response><Pause length='600'/></Response>"
FOUND_S = 1.0
"""So long it takes to find out where an INVITE is sent."""


@dataclass(frozen=True, slots=True)
class SharedNode:
    """One of several nodes, with its own way to the database of all."""

    name: str
    database: MemoryDatabase
    services: CallServices
    switchboard: Switchboard

    def loses_the_database(self) -> None:
        self.database.failure = StoreError("There is no way to the database.")


@asynccontextmanager
async def node_of(node: FakeNode, name: str, folder: Path) -> AsyncIterator[SharedNode]:
    database = node.database.opened_again(is_shared=True)
    services = services_of(stores_of(database, name), node.around, folder, AS_SET, name)
    switchboard = Switchboard(services)
    async with switchboard.open():
        yield SharedNode(name, database, services, switchboard)


@pytest.fixture
async def one(node: FakeNode, tmp_path: Path) -> AsyncIterator[SharedNode]:
    node.around.carrier.found_after_s = FOUND_S
    async with node_of(node, "one", tmp_path) as made:
        yield made
        made.database.failure = None


@pytest.fixture
async def other(node: FakeNode, tmp_path: Path) -> AsyncIterator[SharedNode]:
    async with node_of(node, "other", tmp_path) as made:
        yield made


def left(name: str) -> Node:
    """A node as it is found when its lease has run out."""
    now = datetime.now(UTC)
    return Node(
        name=name, instance=new_id(IdKind.NODE), state=NodeState.LOST, rest_url="", sip_address="", region="",
        version="", process="", capacity=0, live_calls=0, load=0.0, started_at=now, beat_at=now, lease_until=now,
        drain_wanted=False, settled=False, taken_by="other", held=False,
    )  # fmt: skip


def order(node: FakeNode, **more: Any) -> NewCall:
    return NewCall(node.account.id, CALLEE, OUR_NUMBER, flow=WrittenFlow.read(STAYS), **more)


async def stored(node: FakeNode, call: Call) -> Call:
    found = await node.services.ledger.calls.get(call.id)
    assert found is not None
    return found


async def test_another_node_places_it_as_it_was_ordered(node: FakeNode, one: SharedNode, other: SharedNode) -> None:
    asked = order(node, hides_caller=True, sip_password="p", options=CallOptions(sip_username="u"))
    call = await one.switchboard.place(asked)
    one.loses_the_database()

    await take_over(left("one"), other.services)
    await node.passes(5)

    [invite] = node.around.carrier.invites
    assert (invite.call_id, invite.hides_caller, invite.user, invite.password) == (call.id, True, "u", "p")
    assert (await stored(node, call)).node == "other"
    assert "order_handed_on" in {each.kind for each in await node.services.ledger.calls.events(call.id)}


async def test_what_was_reserved_for_it_is_reserved_once(node: FakeNode, one: SharedNode, other: SharedNode) -> None:
    balances = node.services.stores.balances
    await balances.top_up(node.account.id, 10_000_000, "in", node.services.clock.now())
    await one.switchboard.place(NewCall(node.account.id, "+3225550199", OUR_NUMBER, flow=WrittenFlow.read(STAYS)))
    reserved = await balances.of(node.account.id)
    one.loses_the_database()

    await take_over(left("one"), other.services)
    await node.passes(5)

    assert reserved is not None
    assert reserved.reserved > 0
    assert await balances.of(node.account.id) == reserved
    assert [each.node for each in await balances.reserved_on("other")] == ["other"]


async def test_one_that_was_to_ring_no_longer_has_failed_and_says_why(
    node: FakeNode, one: SharedNode, other: SharedNode
) -> None:
    call = await one.switchboard.place(order(node, options=CallOptions(timeout_s=5)))
    one.loses_the_database()
    await node.passes(6)

    await take_over(left("one"), other.services)
    await node.passes(5)

    failed = await stored(node, call)
    assert failed.status is Status.FAILED
    assert "longer ago than it was to ring" in failed.attempts[0].said
    assert node.around.carrier.invites == []
    assert not await node.services.stores.queued_calls.holds(call.id)


async def test_one_that_was_dialled_has_failed_and_is_not_dialled_again(
    node: FakeNode, one: SharedNode, other: SharedNode
) -> None:
    call = await one.switchboard.place(order(node))
    await node.passes(2 * FOUND_S)
    one.loses_the_database()

    await take_over(left("one"), other.services)
    await node.passes(5)

    assert (await stored(node, call)).status is Status.FAILED
    assert len(node.around.carrier.invites) == 1


async def test_one_that_another_node_cancels_before_its_invite_is_never_dialled(
    node: FakeNode, one: SharedNode, other: SharedNode
) -> None:
    call = await one.switchboard.place(order(node))

    await other.switchboard.end(node.account.id, call.id)
    await node.passes(5)

    assert (await stored(node, call)).status is Status.CANCELED
    assert node.around.carrier.invites == []


async def test_one_that_is_hung_up_before_its_invite_leaves_nothing_to_place(node: FakeNode, one: SharedNode) -> None:
    node.around.carrier.unreachable.add(CALLEE)
    call = await one.switchboard.place(order(node))

    await node.passes(5)

    assert (await stored(node, call)).status is Status.FAILED
    assert not await node.services.stores.queued_calls.holds(call.id)


async def test_one_whose_dialling_fails_as_nobody_foresaw_leaves_nothing_to_place(
    node: FakeNode, one: SharedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: DialRequest) -> Leg:
        raise RuntimeError("as nobody foresaw")

    monkeypatch.setattr(node.around.carrier, "dial", fails)
    call = await one.switchboard.place(order(node))

    await node.passes(5)

    assert (await stored(node, call)).status is Status.FAILED
    assert not await node.services.stores.queued_calls.holds(call.id)


async def test_an_invite_waits_for_a_database_that_fails_for_a_while(node: FakeNode, one: SharedNode) -> None:
    await one.switchboard.place(order(node))
    one.loses_the_database()
    await node.passes(5)
    assert node.around.carrier.invites == []

    one.database.failure = None
    await node.passes(2)

    assert len(node.around.carrier.invites) == 1
