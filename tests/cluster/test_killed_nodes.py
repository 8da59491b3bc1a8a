"""One of three nodes is killed amid calls on all, and a room with people on all: what the others make of it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from scripts.cluster.nodes import CARRIER_PORT
from tests.peers.auditor import audit
from tests.peers.callers import Caller, all_hear_all_others, calling, has
from tests.peers.cluster import Cluster, cluster
from tests.peers.customer import Customer, customer
from tests.peers.phone import phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

NAMES: Final = ("a", "b", "c")
CALLEE: Final = "+3225550199"
HALL: Final = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'
TALKS: Final = "<Response><Say>Good afternoon.</Say><Pause length='600'/></Response>"
TONES: Final = (400, 620, 860, 1080, 1300, 1520)
"""Of those in the room who listen: two on each node."""
NEWCOMERS_TONE: Final = 1740
FEW: Final = (6, len(TONES))
ALL: Final = (60, 30)
"""How many calls talk, and how many are in the room."""


@dataclass(frozen=True, slots=True)
class Crowded:
    """Three nodes with calls on each, and a room over all of them."""

    nodes: Cluster
    shop: Customer
    people: list[Caller]
    recorded: list[str]
    in_room: list[str]
    """Calls that the platform has dialled into the room; nobody speaks in them."""

    @property
    def root(self) -> Platform:
        """The room's root: the node of who came first."""
        return next(each for each in self.nodes.nodes if each.host == self.people[0].node_address)

    def not_on(self, node: Platform) -> list[Caller]:
        """Those in the room who are on other nodes."""
        return [each for each in self.people if each.node_address != node.host]


@asynccontextmanager
async def crowded(ports: Ports, calls: int, in_room: int) -> AsyncIterator[Crowded]:
    """So many recorded calls that talk, and so many in one room, the same number on each node."""
    async with cluster(NAMES) as nodes, customer(nodes.subnet.outside, hall=HALL) as shop, AsyncExitStack() as stack:
        await stack.enter_async_context(phone("--host", nodes.subnet.outside, port=CARRIER_PORT))
        (number,) = (await nodes.front.get("numbers"))["numbers"]
        links = {"url": shop.url("/hall"), "status_callback": shop.url("/status")}
        status, told = await nodes.front.patch(f"numbers/{number['id']}", links)
        assert status == 200, told
        people = await stack.enter_async_context(
            calling(nodes.front, ports, *TONES, host=nodes.subnet.outside, proxy=nodes.subnet.sip_proxy)
        )
        quiet = await placed(nodes, shop, in_room - len(TONES), HALL)
        recorded = await placed(nodes, shop, calls, TALKS, record=True)
        for call_id in recorded:
            await nodes.front.noted(call_id, "recording_started", within_s=60)
        await asyncio.gather(*(has(each, "hall", in_room, within_s=60) for each in nodes.nodes))
        yield Crowded(nodes, shop, people, recorded, quiet)


async def placed(nodes: Cluster, shop: Customer, many: int, flow: str, *, record: bool = False) -> list[str]:
    """So many calls, placed at one node after the other."""
    told = shop.url("/status")
    return [
        (await nodes.nodes[each % len(NAMES)].place(CALLEE, flow=flow, record=record, status_callback=told))["id"]
        for each in range(many)
    ]


@pytest.mark.parametrize(
    ("calls", "in_room"),
    [
        pytest.param(*FEW, id="few"),
        pytest.param(*ALL, id="all", marks=[pytest.mark.slow, pytest.mark.costly("ninety calls on three nodes")]),
    ],
)
async def test_the_others_take_calls_mend_the_room_and_account_for_all(ports: Ports, calls: int, in_room: int) -> None:
    async with crowded(ports, calls, in_room) as crowd:
        front, subnet, killed = crowd.nodes.front, crowd.nodes.subnet, crowd.root
        other = next(each for each in crowd.nodes.nodes if each is not killed)
        living = crowd.not_on(killed)
        assert len({each.node_address for each in living}) == len(NAMES) - 1
        await all_hear_all_others(*crowd.people)

        await killed.end(signal.SIGKILL)

        async with calling(other, ports, NEWCOMERS_TONE, host=subnet.outside, proxy=subnet.sip_proxy) as new:
            assert new[0].node_address != killed.host
            await all_hear_all_others(*living, *new)
            await killed.start()
            ordered = [*crowd.recorded, *crowd.in_room, *(each.call_id for each in (*crowd.people, *new))]
            for call in (await front.get("calls", status="in-progress", page_size="100"))["calls"]:
                await front.delete(f"calls/{call['id']}")

            assert await audit(front, ordered, crowd.shop, recorded=crowd.recorded) == []
