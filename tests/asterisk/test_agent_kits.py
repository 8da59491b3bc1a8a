"""Agents built with others' kits, unchanged and whole, whom callers from Asterisk reach: what these hear of them."""

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from scripts.agent_kits import PIPECAT
from tests.peers.agent_kits import credentials, echoing_kit, kit_agent
from tests.peers.asterisk import Asterisk
from tests.peers.asterisk_caller import AsteriskCaller
from tests.peers.audio import contains, sounding_s, when_heard
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.spoken import ALIKE, said
from tests.peers.waiting import lasting

CALLER_HZ: Final = 700
NOTICE_S: Final = 3
"""The notice takes longer than that."""
WHOLE_ANSWER_S: Final = 20
"""How long that agent would speak, if nobody interrupted it."""


@pytest.mark.slow
@pytest.mark.costly("pipecat-ai alone takes 5 s of CPU to load")
async def test_an_agent_of_pipecat_echoes_a_caller_is_quiet_when_told_and_hangs_up_by_our_rest(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    port = ports.one()
    shop.flows["/start"] = f'<Response><Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, plain, number=number) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon)
        async with kit_agent(PIPECAT, "pipecat_echo.py", "--port", str(port), knows=knows, serves_at=port) as agent:
            caller = await AsteriskCaller.calling(network)
            called = await telefoon.newest_call()
            await agent.tells(f"began twilio {called['id']}")
            await telefoon.noted(called["id"], "disclosed", within_s=60)
            await caller.sounds(CALLER_HZ)
            await lasting(4)
            await caller.presses("1")
            await telefoon.noted(called["id"], "digit")
            await caller.sounds(CALLER_HZ)
            await lasting(4)
            await caller.presses("9")
            call = await telefoon.ended_call(called["id"])
        heard = await caller.heard()

    assert call["status"] == "completed"
    [echoed] = when_heard(heard, CALLER_HZ, over_dbov=-25, least_s=0.5, bridging_s=0.5)  # in words it is softer
    assert echoed.start_s > NOTICE_S
    assert 2.5 < echoed.seconds < 7, "it hears itself until it presses 1, and not again"


@pytest.mark.skipif(
    "TELEFOON_TESTS_KITS" not in os.environ, reason="SIPp's caller converses with it too: make test-kits"
)
@pytest.mark.slow
@pytest.mark.costly("a recogniser reads two sentences")
@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_an_agent_of_twilio_agent_connect_checks_our_signatures_converses_is_interrupted_and_hands_over(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str]
) -> None:
    async with echoing_kit(tmp_path, ports, plain) as kit:
        telefoon, agent = kit.telefoon, kit.agent
        caller = await AsteriskCaller.calling(network)
        called = await telefoon.newest_call()
        await telefoon.noted(called["id"], "agent_began", within_s=60)
        await caller.hears_sound(seconds=1, within_s=30)  # it is greeted
        await caller.says(kit.question)
        await agent.tells("heard")
        await caller.hears_sound(seconds=4, within_s=60)  # it is answered
        await caller.says(kit.wish)
        await agent.tells("interrupted You said")
        call = await telefoon.ended_call(called["id"], within_s=90)
        events, (first, last) = await telefoon.events(call["id"]), agent.lines("heard")
        repeated = f"You said: {first.removeprefix('heard ')}"
        answer = await asyncio.to_thread(said, telefoon, tmp_path, "answer", repeated)
        goodbye = await asyncio.to_thread(said, telefoon, tmp_path, "goodbye", "One moment.")
        heard = await caller.heard()

    assert call["status"] == "completed"
    assert "open" in first.lower()
    assert "person" in last.lower()
    beginning, ending = contains(heard, answer), contains(heard, goodbye)
    assert min(beginning.score, ending.score) > ALIKE
    assert beginning.offset_s > NOTICE_S
    assert sounding_s(heard.part(beginning.offset_s, ending.offset_s)) < WHOLE_ANSWER_S / 2
    assert [each["facts"]["status"] for each in events if each["kind"] == "webhook"] == [200, 200], (
        "signed as it checks"
    )
    assert "flow_failed" not in [each["kind"] for each in events]
