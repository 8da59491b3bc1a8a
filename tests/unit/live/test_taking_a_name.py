"""A node that takes its name again, while another closes what its last run has left."""

import asyncio

from sqlalchemy import literal, update

from engine.live.nodes.membership import Lease, Membership, NodeIdentity
from engine.model.node import NodeAddresses
from engine.store.moment_functions import DatabaseClock
from engine.store.nodes import Nodes
from engine.store.tables.nodes import nodes as node_rows
from engine.testing.clock import SimulatedClock
from engine.testing.database import memory_database

ADDRESSES = NodeAddresses("http://192.0.2.1:8080", "192.0.2.1:5060")


async def test_a_node_waits_until_another_has_closed_what_its_last_run_left() -> None:
    async with memory_database() as rows:
        nodes = Nodes(rows)
        left, _ = await nodes.enter("a", ADDRESSES, version="1", process="here/1", lease_s=60)
        await rows.change(update(node_rows).values(lease_until=DatabaseClock(literal(-1.0))))
        instance = await nodes.take_over(left, "b")
        assert instance is not None
        again = Membership(nodes, NodeIdentity("a", ADDRESSES, "1", "here/2"), SimulatedClock(), Lease(10.0, 1.0))

        entering = asyncio.ensure_future(again.enter(lambda process: process == "here/1"))
        await asyncio.sleep(3)
        waited = not entering.done()
        await nodes.settle("a", instance)
        before = await asyncio.wait_for(entering, 5)

    assert waited
    assert before is not None
    assert (before.instance, before.settled) == (instance, True)
