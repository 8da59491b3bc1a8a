"""Nodes that lose their way to the database: one alone ends its calls, for others close them; all together go on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.peers.customer import Customer
from tests.peers.database_way import DatabaseWay, database_way
from tests.peers.nodes import nodes
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
NAMES: Final = ("a", "b")
KNOWS_S: Final = 12.0
"""After a lease's time a node knows of the other, and closes what that leaves."""


@asynccontextmanager
async def pair(
    folder: Path, ports: Ports, database: str
) -> AsyncIterator[tuple[PhonePeer, Sequence[Platform], Sequence[DatabaseWay]]]:
    """Two nodes that know of each other, each with its own way to the database."""
    async with AsyncExitStack() as stack:
        far_end = await stack.enter_async_context(phone())
        ways = [await stack.enter_async_context(database_way(folder / f"way-{each}", database)) for each in NAMES]
        urls = {name: way.url for name, way in zip(NAMES, ways, strict=True)}
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        both = await stack.enter_async_context(nodes(folder, ports, database, NAMES, trunk, ways=urls))
        await asyncio.sleep(KNOWS_S)
        yield far_end, both, ways


async def test_a_node_that_alone_loses_the_database_ends_its_calls_and_stops(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (far_end, (a, b), (way, _)):
        call_id = await talks(a, shop, 120)

        way.cut()

        await eventually(lambda: ended(far_end), within_s=20, otherwise=lambda: str(far_end.told))
        closed = await b.ended_call(call_id, within_s=25)
        await eventually(lambda: shop.ends() == [call_id], within_s=20, otherwise=lambda: str(shop.ends()))
        assert closed["status"] == "failed"
        assert "node_fenced" in a.log()
        way.mend()
        assert await a.ends_by_itself() == 75
        assert await b.get(f"calls/{call_id}") == closed
        assert shop.ends() == [call_id]


async def test_calls_go_on_while_no_node_reaches_the_database(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (far_end, both, ways):
        ordered = [await talks(each, shop, 25) for each in both]

        for way in ways:
            way.cut()
        await asyncio.sleep(15)
        assert not ended(far_end), [each.log()[-2000:] for each in both]
        for way in ways:
            way.mend()

        for call_id in ordered:
            assert (await both[0].ended_call(call_id, within_s=60))["status"] == "completed"
        await eventually(
            lambda: sorted(shop.ends()) == sorted(ordered), within_s=40, otherwise=lambda: str(shop.ends())
        )


async def test_calls_are_taken_while_the_database_is_half_a_second_late(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b), (way, _)):
        with way.slow(0.5):
            call_id = await talks(a, shop, 10)
            await asyncio.sleep(10)
            ended_call = await b.ended_call(call_id, within_s=40)

        assert ended_call["status"] == "completed"
        assert "node_fenced" not in a.log()


async def talks(node: Platform, shop: Customer, seconds: int) -> str:
    """A call that is answered and talks for so long."""
    flow = f"<Response><Pause length='{seconds}'/></Response>"
    call_id: str = (await node.place(CALLEE, flow=flow, status_callback=shop.url("/status")))["id"]
    await node.call_when(call_id, "in-progress", within_s=40)
    return call_id


def ended(far_end: PhonePeer) -> bool:
    return any(each["event"] == "hung_up" for each in far_end.told)
