"""Twenty recorded calls and a fault in their midst: afterwards each is accounted for exactly once."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.peers.crowd import CALLS, crowd
from tests.peers.customer import Customer
from tests.peers.ports import Ports
from tests.peers.preloaded import lossy_sockets
from tests.peers.small_disk import small_disk
from tests.peers.standing_still import standing_still
from tests.product.test_full_disk import filled
from tests.product.test_locked_database import kept

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("twenty recorded calls")]


async def test_the_database_is_locked_for_a_minute(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=40) as calls:
        (file,) = (tmp_path / "var").glob("*.db")
        with kept(file):
            await asyncio.sleep(20)
            calls.goes_on()
            await asyncio.sleep(40)

        await calls.is_accounted_for()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
async def test_the_disk_is_full_for_ten_seconds(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    with small_disk(tmp_path / "var", 250) as folder:
        async with crowd(tmp_path, ports, shop, seconds=25) as calls:
            filler = filled(folder)
            await asyncio.sleep(10)
            calls.goes_on()
            filler.unlink()

            await calls.is_accounted_for()


async def test_the_workers_that_speak_are_killed(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=10) as calls:
        for pid in workers_of(calls.telefoon.pid):
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(2)
        calls.goes_on()

        await calls.is_accounted_for()


async def test_the_node_stands_still_for_three_seconds(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=15) as calls:
        with standing_still(calls.telefoon.pid):
            await asyncio.sleep(3)
        await asyncio.sleep(1)
        calls.goes_on()

        await calls.is_accounted_for()


async def test_the_node_is_killed(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=60) as calls:
        assert await calls.telefoon.end(signal.SIGKILL) == -signal.SIGKILL
        await calls.telefoon.start()

        await calls.is_accounted_for()


async def test_the_customers_server_fails_for_a_while(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=8) as calls:
        shop.failing.add("/status")
        for call_id in calls.ordered:
            await calls.telefoon.ended_call(call_id)
        shop.failing.clear()
        shop.asked.clear()

        told = await shop.is_asked("/status", times=CALLS, within_s=60)

    assert {form["CallSid"] for form in told if form["CallStatus"] == "completed"} == set(calls.ordered)


async def test_a_line_loses_five_packets_of_a_hundred_both_ways(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    bad_line = lossy_sockets(percent=5, seed=20)
    async with crowd(tmp_path, ports, shop, seconds=8, phone_machine=bad_line) as calls:
        await calls.is_accounted_for()

        statuses = [row["status"] for row in await calls.rows()]
        lines = [await calls.telefoon.noted(call_id, "line") for call_id in calls.ordered]

    assert statuses == ["completed"] * CALLS
    lost = sum(line["packets_lost"] for line in lines) / sum(line["packets_received"] for line in lines)
    assert 0.03 < lost < 0.07, "what the far end has sent"
    assert sum(line["far_packets_lost"] for line in lines) > 0, "what was sent to it"


def workers_of(pid: int) -> list[int]:
    """The processes that a node has begun."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for file in children for each in file.read_text().split()]
