"""Rows of nodes: one process has a name, who lapses is taken over by one other, and writes no more."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import Connection, insert, literal, text, update

from engine.aio.signal import Signal
from engine.errors import NodeFenced, WrongState
from engine.model.accounts import Account
from engine.model.node import Node, NodeAddresses, NodeLoad, NodeState
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.fence import Fence
from engine.store.leases import Leases
from engine.store.moment_functions import DatabaseClock
from engine.store.nodes import Nodes, NoNode
from engine.store.tables.calls import calls as call_rows
from engine.store.tables.nodes import leases as lease_rows
from engine.store.tables.nodes import nodes as node_rows
from engine.store.values import values_of
from tests.unit.store.samples import a_call

LEASE_S: Final = 60.0
ADDRESSES: Final = NodeAddresses("http://192.0.2.1:8080", "192.0.2.1:5060", "eu")


@pytest.fixture
def nodes(db: Database) -> Nodes:
    return Nodes(db)


async def entered(nodes: Nodes, name: str, instead_of: str | None = None) -> Node:
    node, _ = await nodes.enter(
        name, ADDRESSES, version="1.0", process="here/1", lease_s=LEASE_S, instead_of=instead_of
    )
    return node


async def lapsed(db: Database, name: str) -> None:
    """Nobody renews a lease for long enough."""
    await db.change(update(node_rows).where(node_rows.c.name == name).values(lease_until=DatabaseClock(literal(-1.0))))


async def test_a_node_that_enters_is_there_with_its_addresses(nodes: Nodes) -> None:
    node = await entered(nodes, "a")

    assert (node.name, node.state, node.rest_url, node.held) == ("a", NodeState.STARTING, ADDRESSES.rest_url, True)
    assert await nodes.all() == [node]


@pytest.mark.parametrize("off", [timedelta(seconds=30), timedelta(seconds=-30)], ids=["ahead", "behind"])
async def test_the_last_sign_of_a_node_is_told_by_its_own_clock(nodes: Nodes, off: timedelta) -> None:
    at = datetime.now(UTC) + off

    node, _ = await nodes.enter("a", ADDRESSES, version="1.0", process="here/1", lease_s=LEASE_S, at=at)

    assert abs(node.last_seen - at) < timedelta(seconds=5)


async def test_a_name_that_is_held_is_left_to_who_holds_it(nodes: Nodes) -> None:
    first = await entered(nodes, "a")

    node, before = await nodes.enter("a", ADDRESSES, version="1.0", process="there/2", lease_s=LEASE_S)

    assert node.instance == first.instance
    assert before == node


async def test_a_name_is_free_once_its_process_is_known_to_have_ended(nodes: Nodes) -> None:
    first = await entered(nodes, "a")

    second = await entered(nodes, "a", instead_of=first.instance)

    assert second.instance != first.instance
    with pytest.raises(NodeFenced):
        await nodes.beat("a", first.instance, NodeState.SERVING, NodeLoad(), LEASE_S)


async def test_two_that_enter_at_once_do_not_both_have_the_name(nodes: Nodes) -> None:
    await entered(nodes, "other")

    found = await asyncio.gather(*(entered(nodes, "a") for _ in range(4)), return_exceptions=True)

    instances = {each.instance for each in found if isinstance(each, Node)}
    assert len(instances) == 1


async def test_a_beat_renews_the_lease_and_tells_of_all_nodes(nodes: Nodes, db: Database) -> None:
    a, b = await entered(nodes, "a"), await entered(nodes, "b")
    await lapsed(db, "b")

    seen = await nodes.beat("a", a.instance, NodeState.SERVING, NodeLoad(3, 0.5, 100), LEASE_S)

    assert [(each.name, each.shown_state, each.live_calls) for each in seen] == [
        ("a", NodeState.SERVING, 3),
        ("b", NodeState.LOST, 0),
    ]
    assert (await nodes.beat("b", b.instance, NodeState.SERVING, NodeLoad(), LEASE_S))[1].held


async def test_a_node_that_lapsed_is_taken_over_by_one_other(nodes: Nodes, db: Database) -> None:
    left = await entered(nodes, "a")
    await lapsed(db, "a")

    won = await asyncio.gather(*(nodes.take_over(left, by) for by in ("b", "c", "d")))

    assert len([each for each in won if each is not None]) == 1
    node = await nodes.get("a")
    assert (node.state, node.settled, node.held) == (NodeState.LOST, False, True)


async def test_a_node_that_holds_its_lease_is_not_taken_over(nodes: Nodes) -> None:
    node = await entered(nodes, "a")

    assert await nodes.take_over(node, "b") is None


async def test_who_was_taken_over_is_told_at_the_next_beat(nodes: Nodes, db: Database) -> None:
    left = await entered(nodes, "a")
    await lapsed(db, "a")
    await nodes.take_over(left, "b")

    with pytest.raises(NodeFenced, match="node a lost its lease"):
        await nodes.beat("a", left.instance, NodeState.SERVING, NodeLoad(), LEASE_S)


async def test_a_node_that_is_settled_is_taken_over_by_nobody(nodes: Nodes, db: Database) -> None:
    left = await entered(nodes, "a")
    await lapsed(db, "a")
    instance = await nodes.take_over(left, "b")
    assert instance is not None

    await nodes.settle("a", instance)

    assert await nodes.take_over(await nodes.get("a"), "c") is None


async def test_a_node_that_left_is_stopped_and_what_it_left_is_others(nodes: Nodes) -> None:
    node = await entered(nodes, "a")

    await nodes.leave("a", node.instance)

    stopped = await nodes.get("a")
    assert stopped.shown_state is NodeState.STOPPED
    assert await nodes.take_over(stopped, "b") is not None
    assert (await nodes.get("a")).state is NodeState.STOPPED


async def test_a_fenced_node_changes_nothing(nodes: Nodes, db: Database, account: Account) -> None:
    left = await entered(nodes, "a")
    await lapsed(db, "a")
    db.fence_by(Fence("a", left.instance, Signal()))
    calls = Calls(db)
    before = a_call(account.id)
    await calls.add(before)
    await Nodes(db).take_over(left, "b")

    with pytest.raises(NodeFenced):
        await calls.add(a_call(account.id))

    assert await calls.get(before.id) == before


async def test_a_node_that_knows_that_it_is_fenced_asks_nothing(nodes: Nodes, db: Database) -> None:
    node, fenced = await entered(nodes, "a"), Signal()
    db.fence_by(Fence("a", node.instance, fenced))

    fenced.set()

    for asked in (db.ping(), nodes.all(), nodes.leave("a", node.instance)):
        with pytest.raises(NodeFenced):
            await asked


async def test_who_takes_over_waits_for_a_change_that_is_under_way(url: str, backend: str, account: Account) -> None:
    if backend == "sqlite":
        pytest.skip("one transaction at a time")
    theirs, ours = await Database.open(url), await Database.open(url)
    left = await entered(Nodes(theirs), "a")
    await lapsed(theirs, "a")
    theirs.fence_by(Fence("a", left.instance, Signal()))
    call = a_call(account.id)

    def late(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(0.5)"))
        connection.execute(insert(call_rows), values_of(call))

    writing = asyncio.create_task(theirs.write(late))
    await asyncio.sleep(0.2)
    taken = await Nodes(ours).take_over(left, "b")
    seen = await Calls(ours).get(call.id)
    await writing
    await theirs.close()
    await ours.close()

    assert taken is not None
    assert seen == call


async def test_drain_is_wanted_of_a_node_that_is_there(nodes: Nodes) -> None:
    node = await entered(nodes, "a")
    await nodes.beat("a", node.instance, NodeState.SERVING, NodeLoad(), LEASE_S)

    await nodes.want_drained("a", wanted=True)

    assert (await nodes.get("a")).drain_wanted
    with pytest.raises(NoNode, match="no node b"):
        await nodes.want_drained("b", wanted=True)


async def test_a_node_is_forgotten_once_nothing_of_it_is_left(nodes: Nodes) -> None:
    node = await entered(nodes, "a")
    with pytest.raises(WrongState, match="a is starting"):
        await nodes.forget("a")
    await nodes.leave("a", node.instance)
    with pytest.raises(WrongState, match="a is stopped"):
        await nodes.forget("a")
    instance = await nodes.take_over(await nodes.get("a"), "b")
    assert instance is not None
    await nodes.settle("a", instance)

    await nodes.forget("a")

    assert await nodes.all() == []


async def test_a_lease_is_one_nodes_until_it_has_run_out(db: Database) -> None:
    leases = Leases(db)

    assert await leases.take("retention", "a", 60)
    assert not await leases.take("retention", "b", 60)
    assert await leases.take("retention", "a", 60)
    await db.change(update(lease_rows).values(lease_until=DatabaseClock(literal(-1.0))))
    assert await leases.take("retention", "b", 60)
    await leases.give_back("retention", "b")
    assert await leases.take("retention", "a", 60)


async def test_of_many_that_want_a_lease_one_has_it(db: Database) -> None:
    leases = Leases(db)

    taken = await asyncio.gather(*(leases.take("retention", f"node-{each}", 60) for each in range(6)))

    assert sorted(taken) == [False] * 5 + [True]
