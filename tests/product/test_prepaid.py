"""Prepaid calls on the wire: cut at the last second that is paid for, and settled by the next start after a kill."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import Sound, contains
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import ENGLISH, spoken

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
FLOW = '<Response><Pause length="60"/></Response>'
NOTICE_S = 8
HEARD = 0.5
"""A busy machine loses pieces of a sentence; what is no such sentence is like it by 0.15."""
PAID_S = 15
"""At 0.0140 EUR a minute, by the second, 0.0035 EUR are fifteen seconds: the sixteenth makes it 0.0038."""


async def pays(telefoon: Platform, amount: str) -> None:
    await asyncio.to_thread(telefoon.telefoon, "balance", "add", "demo", amount, "--key", amount)


async def balance(telefoon: Platform) -> dict[str, Any]:
    return await telefoon.get("balance")


async def test_a_call_hears_the_notice_and_is_cut_at_its_last_paid_second(tmp_path: Path, ports: Ports) -> None:
    heard = tmp_path / "heard.wav"
    async with phone("--record", str(heard)) as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "BALANCE_NOTICE_S": str(NOTICE_S)}
        async with platform(tmp_path, ports, settings) as telefoon:
            notice = await asyncio.to_thread(spoken, telefoon, tmp_path, Phrase.BALANCE_LOW)
            await pays(telefoon, "0.0035")

            placed = await telefoon.place(CALLEE, flow=FLOW, tts_language=ENGLISH)
            await telefoon.call_when(placed["id"], "in-progress")
            assert (await balance(telefoon))["reserved"] == "0.0035"
            await telefoon.noted(placed["id"], "balance_low")
            call = await telefoon.ended_call(placed["id"])

            assert (await far_end.tells("hung_up"))["by"] == "far end"
            assert (call["status"], call["duration"], call["price"]) == ("completed", PAID_S, "0.0035")
            assert call["explanation"][-1]["via"] == "balance"
            left = await balance(telefoon)
            assert (left["available"], left["reserved"], left["spent"]) == ("0.0000", "0.0000", "0.0035")

            status, problem = await telefoon.refuses("calls", {"from": "+3225550100", "to": CALLEE, "flow": FLOW})
            assert (status, problem["type"]) == (403, "urn:telefoon:rule:balance")
            assert len([each for each in far_end.told if each["event"] == "answered"]) == 1
            await far_end.tells("recorded")

    at_far_end = Sound.of_file(heard)
    found = contains(at_far_end, notice)
    assert found.score > HEARD
    assert found.offset_s == pytest.approx(PAID_S - NOTICE_S, abs=1)
    assert at_far_end.seconds == pytest.approx(PAID_S, abs=1), "as the far end counts, on a busy machine"


async def test_who_has_dialled_hears_the_notice_and_whom_he_talks_to_does_not(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    at_caller, at_callee = tmp_path / "caller.wav", tmp_path / "callee.wav"
    shop.flows["/start"] = f"<Response><Dial>{CALLEE}</Dial></Response>"
    async with phone("--record", str(at_callee)) as callee:
        settings = {"TRUNK": f"sip:127.0.0.1:{callee.port}", "BALANCE_NOTICE_S": str(NOTICE_S)}
        number = {"--url": shop.url("/start"), "--language": ENGLISH}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            notice = await asyncio.to_thread(spoken, telefoon, tmp_path, Phrase.BALANCE_LOW)
            await pays(telefoon, "0.0035")
            calling = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", "+32470123456")
            async with phone(*calling, "--record", str(at_caller)) as caller:
                await callee.tells("recorded", within_s=30)
                await caller.tells("recorded", within_s=30)
            dialled = await telefoon.newest_call(direction="outbound", status="completed")

    assert (dialled["duration"], dialled["price"]) == (PAID_S, "0.0035")
    assert contains(Sound.of_file(at_caller), notice).score > HEARD
    assert contains(Sound.of_file(at_callee), notice).score < HEARD / 2
    assert Sound.of_file(at_callee).seconds == pytest.approx(PAID_S, abs=1)


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
            await asyncio.sleep(2.5)  # what is known of them last is that they went on
            assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL

            await telefoon.start()

            left = {name: float(value) for name, value in (await balance(telefoon)).items() if name != "currency"}
            assert (left["reserved"], left["paid_in"]) == (0, 1)
            assert left["available"] + left["spent"] == pytest.approx(1)
            assert 0 < left["spent"] <= reserved
            shown = await asyncio.to_thread(telefoon.telefoon, "balance", "show", "demo", "--entries", "9", "--json")
            assert {each["key"] for each in json.loads(shown)["entries"]} == {"1.0000", *(each["id"] for each in calls)}
