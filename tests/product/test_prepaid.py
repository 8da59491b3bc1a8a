"""Prepaid calls on the wire: cut at the last second that is paid for, and settled by the next start after a kill."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
FLOW = '<Response><Pause length="60"/></Response>'
PAID_S = 8
"""At 0.0140 EUR a minute, by the second, 0.0019 EUR are eight seconds: the ninth makes it 0.0021."""


async def pays(telefoon: Platform, amount: str) -> None:
    await asyncio.to_thread(telefoon.telefoon, "balance", "add", "demo", amount, "--key", amount)


async def balance(telefoon: Platform) -> dict[str, Any]:
    return await telefoon.get("balance")


async def test_a_call_is_told_and_cut_at_its_last_paid_second(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "BALANCE_NOTICE_S": "5"}
        async with platform(tmp_path, ports, settings) as telefoon:
            await pays(telefoon, "0.0019")

            placed = await telefoon.place(CALLEE, flow=FLOW)
            await telefoon.call_when(placed["id"], "in-progress")
            assert (await balance(telefoon))["reserved"] == "0.0019"
            await telefoon.noted(placed["id"], "balance_low")
            call = await telefoon.ended_call(placed["id"])

            assert (await far_end.tells("hung_up"))["by"] == "far end"
            assert (call["status"], call["duration"], call["price"]) == ("completed", PAID_S, "0.0019")
            assert call["explanation"][-1]["via"] == "balance"
            left = await balance(telefoon)
            assert (left["available"], left["reserved"], left["spent"]) == ("0.0000", "0.0000", "0.0019")

            status, problem = await telefoon.refuses("calls", {"from": "+3225550100", "to": CALLEE, "flow": FLOW})
            assert (status, problem["type"]) == (403, "urn:telefoon:rule:balance")
            assert len([each for each in far_end.told if each["event"] == "answered"]) == 1


async def test_after_a_kill_nothing_stays_reserved_and_no_money_is_lost(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            await pays(telefoon, "1.0000")
            calls = [await telefoon.place(CALLEE, flow=FLOW) for _ in range(3)]
            for each in calls:
                await telefoon.call_when(each["id"], "in-progress")
            reserved = float((await balance(telefoon))["reserved"])
            assert reserved == pytest.approx(3 * 0.0140)
            assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL

            await telefoon.start()

            left = {name: float(value) for name, value in (await balance(telefoon)).items() if name != "currency"}
            assert (left["reserved"], left["paid_in"]) == (0, 1)
            assert left["available"] + left["spent"] == pytest.approx(1)
            assert 0 < left["spent"] <= reserved
            shown = await asyncio.to_thread(telefoon.telefoon, "balance", "show", "demo", "--entries", "9", "--json")
            assert {each["key"] for each in json.loads(shown)["entries"]} == {"1.0000", *(each["id"] for each in calls)}
