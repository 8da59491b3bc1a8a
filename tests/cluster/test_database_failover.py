"""PostgreSQL is started anew, and gives way to its standby, under two nodes with calls: none is cut, none forgotten."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from tests.peers.auditor import audit
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports
from tests.peers.postgres import programs
from tests.peers.replicated import Replicated, replicated
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
TALKS: Final = "<Response><Say>Good afternoon.</Say><Pause length='600'/></Response>"
AWAY_S: Final = 3.0
LISTENS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'telefoon notices'"


@dataclass(slots=True)
class Served:
    """Two nodes with calls, on one database that has a standby."""

    database: Replicated
    nodes: Sequence[Platform]
    far_end: PhonePeer
    shop: Customer
    taken: list[str] = field(default_factory=list)
    """The calls that a node has said it has taken."""

    async def order(self, node: Platform) -> str:
        """A recorded call that talks."""
        told = self.shop.url("/status")
        call_id: str = (await node.place(CALLEE, record=True, flow=TALKS, status_callback=told))["id"]
        self.taken.append(call_id)
        return call_id

    async def orders_until_told(self, over: asyncio.Event) -> None:
        """Order calls at both nodes all the time, whatever comes of it."""
        while not over.is_set():
            for node in self.nodes:
                try:
                    async with asyncio.timeout(5):
                        await self.order(node)
                except (AssertionError, TimeoutError, aiohttp.ClientError):
                    continue  # it has not said that it has taken that
                await asyncio.sleep(0.5)

    def goes_on(self) -> None:
        """No call has ended."""
        assert not [each for each in self.far_end.told if each["event"] == "hung_up"]
        assert not any(word in each.log() for each in self.nodes for word in ("takes_over", "node_fenced"))

    async def is_accounted_for(self) -> None:
        """Every call that a node has taken is there and recorded, and ends once, when the other node hangs it up."""
        for number, call_id in enumerate(self.taken):
            await self.nodes[number % 2].noted(call_id, "recording_started", within_s=60)
        for number, call_id in enumerate(self.taken):
            await self.nodes[(number + 1) % 2].delete(f"calls/{call_id}")
        assert await audit(self.nodes[0], self.taken, self.shop, recorded=self.taken) == []


@asynccontextmanager
async def served(folder: Path, ports: Ports, shop: Customer) -> AsyncIterator[Served]:
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed; run: make setup"
    with replicated(binaries) as database:
        async with (
            phone() as far_end,
            nodes(folder, ports, database.url, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as both,
        ):
            made = Served(database, both, far_end, shop)
            for node in (*both, *both):
                await node.noted(await made.order(node), "recording_started", within_s=30)
            yield made


async def test_calls_outlive_a_restart_of_the_database(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with served(tmp_path, ports, shop) as platform:
        first = platform.database.first

        first.program.end()
        await asyncio.sleep(AWAY_S)
        platform.goes_on()
        await asyncio.to_thread(first.program.start)

        await eventually(lambda: first.sql(LISTENS) == "2\n", within_s=30, otherwise=lambda: first.sql(LISTENS))
        await platform.is_accounted_for()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
async def test_calls_outlive_a_move_to_the_standby_and_none_that_was_taken_is_lost(
    tmp_path: Path, ports: Ports, shop: Customer, by: signal.Signals
) -> None:
    async with served(tmp_path, ports, shop) as platform:
        first, standby = platform.database.first, platform.database.standby
        over = asyncio.Event()
        ordering = asyncio.create_task(platform.orders_until_told(over))
        await asyncio.sleep(1)

        first.program.end(by)
        await asyncio.sleep(AWAY_S)
        platform.goes_on()
        await asyncio.to_thread(standby.promote)

        await eventually(lambda: standby.sql(LISTENS) == "2\n", within_s=30, otherwise=lambda: standby.sql(LISTENS))
        await platform.order(platform.nodes[0])
        over.set()
        await ordering
        platform.goes_on()
        await platform.is_accounted_for()


async def test_nothing_is_taken_by_a_server_whose_standby_has_become_the_first(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with served(tmp_path, ports, shop) as platform:
        first, standby = platform.database.first, platform.database.standby
        await asyncio.to_thread(standby.promote)
        over = asyncio.Event()
        ordering = asyncio.create_task(platform.orders_until_told(over))
        await asyncio.sleep(AWAY_S)

        first.program.end(signal.SIGKILL)

        await eventually(lambda: standby.sql(LISTENS) == "2\n", within_s=30, otherwise=lambda: standby.sql(LISTENS))
        await asyncio.sleep(AWAY_S)
        over.set()
        await ordering
        await platform.is_accounted_for()
