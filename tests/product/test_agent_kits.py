"""Kits that others build their agents with, unchanged and whole, over real calls: what they hear, say and order."""

import asyncio
from pathlib import Path

import pytest

from scripts.agent_kits import AGENT_CONNECT, PIPECAT
from tests.peers.agent_kits import credentials, echoing_kit, kit_agent
from tests.peers.audio import hears
from tests.peers.callers import calling
from tests.peers.certificates import make_pems
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.waiting import lasting

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLER_HZ = 1000
ANSWERED_S = 3


@pytest.mark.costly("pipecat-ai alone takes 5 s of CPU to load")
async def test_an_agent_of_pipecat_echoes_a_caller_is_quiet_when_told_and_hangs_up_by_our_rest(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    port = ports.one()
    shop.flows["/start"] = f'<Response><Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon)
        async with (
            kit_agent(PIPECAT, "pipecat_echo.py", "--port", str(port), knows=knows, serves_at=port) as agent,
            calling(telefoon, ports, CALLER_HZ) as (caller,),
        ):
            await agent.tells(f"began twilio {caller.call_id}")
            await telefoon.noted(caller.call_id, "disclosed", within_s=60)
            notice_s = caller.ear.now_s
            await caller.ear.hears_in_all(CALLER_HZ, seconds=2, within_s=30, since_s=notice_s)
            caller.ear.press("1")
            await telefoon.noted(caller.call_id, "digit")
            await lasting(2)
            quiet_s = caller.ear.now_s
            await lasting(2)
            quiet = caller.ear.heard(quiet_s)
            caller.ear.press("9")
            await caller.far_end.finishes(within_s=30)
        call = await telefoon.ended_call(caller.call_id)

    assert call["status"] == "completed"
    assert not hears(quiet, CALLER_HZ, seconds=0.1)


@pytest.mark.costly("a recogniser reads two sentences")
@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_an_agent_of_twilio_agent_connect_checks_our_signatures_converses_is_interrupted_and_hands_over(
    tmp_path: Path, ports: Ports
) -> None:
    async with echoing_kit(tmp_path, ports) as kit:
        telefoon, agent = kit.telefoon, kit.agent
        async with calling(telefoon, ports, CALLER_HZ) as (caller,):
            caller.ear.hush()
            await telefoon.noted(caller.call_id, "agent_began", within_s=60)
            await telefoon.noted(caller.call_id, "said", within_s=30)  # it is greeted
            caller.ear.say(kit.question)
            await agent.tells("heard")
            answered_s = caller.ear.now_s
            await caller.ear.hears_sound(seconds=ANSWERED_S, within_s=60, since_s=answered_s)
            caller.ear.say(kit.wish)
            await agent.tells("interrupted You said")
            await caller.far_end.finishes(within_s=90)
        call = await telefoon.ended_call(caller.call_id)
        events = await telefoon.events(call["id"])

    seen = f"{agent.told}, {[(each['at'], each['kind'], each['facts']) for each in events]}"
    assert call["status"] == "completed", seen
    first, last = agent.lines("heard")
    assert "open" in first.lower(), seen
    assert "person" in last.lower(), seen


async def test_a_kit_with_another_secret_refuses_our_handshake(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    port, pems = ports.one(), make_pems(tmp_path / "pems", days=30)
    shop.flows |= {
        "/start": f'<Response><Connect action="/done"><ConversationRelay url="wss://127.0.0.1:{port}/ws"/></Connect></Response>',
        "/done": "<Response><Hangup/></Response>",
    }
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number, machine={"SSL_CERT_FILE": str(pems.ca)}) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon) | {"AUTH_TOKEN": "another"}
        echo = ("connect_echo.py", "--port", str(port), "--certificate", str(pems.certificate), "--key", str(pems.key))
        async with (
            kit_agent(AGENT_CONNECT, *echo, knows=knows, serves_at=port),
            calling(telefoon, ports, CALLER_HZ) as (caller,),
        ):
            await caller.far_end.finishes(within_s=60)
    [done] = shop.forms("/done")

    assert (done["SessionStatus"], done["ErrorCode"]) == ("failed", "64102")
    assert "403" in done["ErrorMessage"]


async def test_an_agent_of_twilio_agent_connect_dials_redirects_and_hangs_up_by_our_rest(
    tmp_path: Path, ports: Ports
) -> None:
    async with (
        phone("--calls", "1") as called,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{called.port}"}) as telefoon,
    ):
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon)
        async with kit_agent(AGENT_CONNECT, "connect_rest.py", "+3225550199", knows=knows) as agent:
            dialled = await agent.tells("dialled")
            await agent.tells("redirected")
            spoken = await telefoon.noted(dialled.split()[-1], "said", within_s=60)
            await agent.go_on()
            await called.tells("hung_up", within_s=60)
            await agent.tells("hung up", within_s=20)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        events = await telefoon.events(call["id"])

    assert agent.lines("dialled", "redirected", "hung", "refused") == [f"dialled {call['id']}", "redirected", "hung up"]
    assert call["status"] == "completed"
    assert "redirected" in [each["kind"] for each in events]
    assert spoken["text"] == "You are sent elsewhere."
