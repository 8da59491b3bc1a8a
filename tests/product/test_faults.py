"""Twenty recorded calls and a fault in their midst: afterwards each is accounted for exactly once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import tone
from tests.peers.auditor import audit
from tests.peers.customer import Customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.small_disk import small_disk
from tests.product.test_full_disk import filled
from tests.product.test_locked_database import kept

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("twenty recorded calls")]

CALLS: Final = 20
TALKS: Final = "<Response><Say>Good afternoon.</Say><Pause length='{}'/></Response>"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Twenty calls that are recorded and talk, and the platform that carries them."""

    telefoon: Platform
    far_end: PhonePeer
    shop: Customer
    ordered: list[str]

    async def is_accounted_for(self) -> None:
        assert await audit(self.telefoon, self.ordered, self.shop) == []

    async def goes_on(self) -> None:
        """None of them has ended."""
        over = [each for each in self.far_end.told if each["event"] == "hung_up"]
        assert over == [], "calls were lost"


@asynccontextmanager
async def crowd(folder: Path, ports: Ports, shop: Customer, *, seconds: float, **settings: str) -> AsyncIterator[Crowd]:
    voice = tone(600, 90).save(folder / "voice.wav")
    async with (
        phone("--play", str(voice)) as far_end,
        platform(folder, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}", **settings}) as telefoon,
    ):
        ordered = [
            (
                await telefoon.place(
                    "+3225550199",
                    record=True,
                    flow=TALKS.format(seconds),
                    status_callback=shop.url("/status"),
                )
            )["id"]
            for _ in range(CALLS)
        ]
        for call_id in ordered:
            await telefoon.noted(call_id, "recording_started", within_s=60)
        yield Crowd(telefoon, far_end, shop, ordered)


async def test_the_database_is_locked_for_a_minute(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=40) as calls:
        (file,) = (tmp_path / "var").glob("*.db")
        with kept(file):
            await asyncio.sleep(20)
            await calls.goes_on()
            await asyncio.sleep(40)

        await calls.is_accounted_for()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
async def test_the_disk_is_full_for_ten_seconds(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    with small_disk(tmp_path / "var", 250) as folder:
        async with crowd(tmp_path, ports, shop, seconds=25) as calls:
            filler = filled(folder)
            await asyncio.sleep(10)
            await calls.goes_on()
            filler.unlink()

            await calls.is_accounted_for()


async def test_the_workers_that_speak_are_killed(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=10) as calls:
        for pid in workers_of(calls.telefoon.pid):
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(2)
        await calls.goes_on()

        await calls.is_accounted_for()


async def test_the_node_stands_still_for_three_seconds(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with crowd(tmp_path, ports, shop, seconds=15) as calls:
        os.kill(calls.telefoon.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(3)
        finally:
            os.kill(calls.telefoon.pid, signal.SIGCONT)
        await asyncio.sleep(1)
        await calls.goes_on()

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


def workers_of(pid: int) -> list[int]:
    """The processes that a node has begun."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for file in children for each in file.read_text().split()]
