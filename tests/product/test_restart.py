"""A node that dies in the middle of calls, and the one that comes after it."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


async def test_after_a_kill_the_call_is_marked_failed_and_its_callbacks_are_delivered(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.failing.add("/status")
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            placed = await telefoon.place("+3225550199", record=True, status_callback=shop.url("/status"))
            await telefoon.noted(placed["id"], "recording_started")
            assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL

            shop.failing.clear()
            shop.asked.clear()
            await telefoon.start()

            call = await telefoon.get(f"calls/{placed['id']}")
            assert call["status"] == "failed"
            assert "ended without closing it" in call["explanation"][-1]["said"]
            told = await shop.is_asked("/status", times=4, within_s=60)
    assert [form["CallStatus"] for form in told] == ["queued", "ringing", "in-progress", "failed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]


async def test_a_stop_hangs_up_politely_and_stores_every_call(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            placed = await telefoon.place("+3225550199", record=True)
            await telefoon.noted(placed["id"], "recording_started")
            await asyncio.sleep(2)

            assert await telefoon.end() == 0
            assert (await far_end.tells("hung_up"))["by"] == "far end"

            await telefoon.start()
            call = await telefoon.get(f"calls/{placed['id']}")
            recording, _ = await telefoon.recording(tmp_path, call_id=placed["id"])
    assert call["status"] == "completed"
    assert recording["status"] == "completed"
    assert recording["seconds"] > 0.8
