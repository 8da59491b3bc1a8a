"""A node that is cut off from some of those that it works with, or whose link is bad, in namespaces of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from scripts.cluster.nodes import CARRIER_PORT
from tests.peers.cluster import Cluster, cluster
from tests.peers.customer import customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE = "+3225550199"
ECHO = "<Response><Echo/></Response>"
FENCED = 75
LEASE_S = 6


@asynccontextmanager
async def answered() -> AsyncIterator[Cluster]:
    """Two nodes, behind Kamailio, whose number is answered at either."""
    async with cluster() as nodes, customer(nodes.subnet.outside, echo=ECHO) as shop:
        (number,) = (await nodes.front.get("numbers"))["numbers"]
        status, told = await nodes.front.patch(f"numbers/{number['id']}", {"url": shop.url("/echo")})
        assert status == 200, told
        yield nodes


@asynccontextmanager
async def caller(nodes: Cluster) -> AsyncIterator[PhonePeer]:
    """A telephone that calls the number, by Kamailio."""
    target = f"sip:{NUMBER}@{nodes.subnet.sip_proxy}"
    async with phone("--host", nodes.subnet.outside, "--dial", target) as calling:
        yield calling


async def is_carried_by(node: Platform, calling: PhonePeer) -> None:
    """The call is answered, by this node."""
    await calling.tells("answered", within_s=30)
    await eventually(lambda: "call_began" in node.log(), within_s=10, otherwise=node.log)


async def test_calls_go_to_the_others_while_a_node_hears_no_sip() -> None:
    async with answered() as nodes:
        deaf, other = nodes.nodes
        with nodes.links[0].without_sip():
            async with caller(nodes) as one, caller(nodes) as two:
                await is_carried_by(other, one)
                await is_carried_by(other, two)

            assert "call_began" not in deaf.log()
            assert nodes.front.states_of_nodes() == {"a": "serving", "b": "serving"}


async def test_a_node_that_alone_does_not_reach_the_database_gives_up_its_name() -> None:
    async with answered() as nodes:
        lost, other = nodes.nodes
        with nodes.links[0].cut_from(nodes.subnet.database):
            assert await lost.ends_by_itself(within_s=60) == FENCED
            async with caller(nodes) as calling:
                await is_carried_by(other, calling)

        await eventually(
            lambda: nodes.front.states_of_nodes() == {"a": "lost", "b": "serving"},
            within_s=20,
            otherwise=lambda: str(nodes.front.states_of_nodes()),
        )


async def test_nodes_that_do_not_reach_each_other_both_go_on() -> None:
    async with answered() as nodes:
        with nodes.links[0].cut_from(nodes.subnet.node(2)):
            async with caller(nodes) as one, caller(nodes) as two:
                for each in (one, two):
                    await each.tells("answered", within_s=30)
                await asyncio.sleep(2 * LEASE_S)

                assert nodes.front.states_of_nodes() == {"a": "serving", "b": "serving"}
                assert not {event["event"] for each in (one, two) for event in each.told} & {"hung_up", "ended"}


async def test_calls_are_set_up_and_end_with_a_link_that_loses_one_packet_in_twenty_each_way() -> None:
    async with answered() as nodes, phone("--host", nodes.subnet.outside, port=CARRIER_PORT) as callee:
        with nodes.links[0].losing(5):
            placed = [await nodes.nodes[0].place(CALLEE, flow=[{"verb": "pause", "length": 2}]) for _ in range(5)]
            ended = [await nodes.nodes[0].ended_call(each["id"], within_s=60) for each in placed]

        assert [each["status"] for each in ended] == ["completed"] * len(placed)
        assert nodes.front.states_of_nodes() == {"a": "serving", "b": "serving"}
        assert callee.told
