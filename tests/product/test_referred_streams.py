"""REFER by a far end (RFC 3515, attended as in RFC 5589 section 7) while programs hear and speak.

Whoever's own telephone hands a call over is told no, and the flow decides: the program notices nothing, until the flow
gives the call to somebody else.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.agent_program import agent_program
from tests.peers.audio import hears, tone, when_heard
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.stream_program import stream_program
from tests.product.test_agents import named, relay
from tests.product.test_moved_streams import (
    NOTICE_S,
    SPOKEN,
    assert_whole,
    begins,
    connected,
    connecting,
    hears_from_now,
    listens_to,
)
from tests.product.test_replaces import AGENT, AGENT_HZ, CALLER_HZ, EXPERT_HZ, desk

pytestmark = pytest.mark.sip

REFERRING = f'<Response><Dial referUrl="/referred"><Number>{AGENT}</Number></Dial></Response>'
CONSULTED = "consult%40desk.example%3Bto-tag%3Dexpert%3Bfrom-tag%3Ddesk"
"""The dialog in which whoever hands over has spoken with the expert."""


@asynccontextmanager
async def somebody_else() -> AsyncIterator[tuple[RawCallee, str, str]]:
    """A far end that may be called, its address, and the same with the dialog in whose place the call is to come."""
    async with raw_callee() as called:
        there = f"sip:expert@{HOST}:{called.port}"
        yield called, there, f"{there}?Replaces={CONSULTED}"


async def test_a_caller_whose_telephone_hands_over_stays_with_the_program_that_speaks(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with connected(tmp_path, ports, shop) as at, somebody_else() as (expert, there, in_its_place):
        told = []
        for target in (there, in_its_place):
            told.append((await at.caller.asks("REFER", f"Refer-To: <{target}>")).code)
            since_s = at.ear.now_s
            await hears_from_now(at.program, CALLER_HZ)
            await at.ear.hears(SPOKEN, within_s=20, seconds=0.5, since_s=since_s)
        events, messages = await at.telefoon.events(at.call_id), [*at.program.messages]
        [stream] = (await at.telefoon.get(f"calls/{at.call_id}/streams"))["streams"]

    assert told == [603, 603]
    asked = [each["facts"]["target"].strip("<>") for each in events if each["kind"] == "refer_requested"]
    assert [each.partition("@")[2] for each in asked] == [each.partition("@")[2] for each in (there, in_its_place)]
    assert [each["kind"] for each in events].count("disclosed") == 1
    assert expert.seen == [], "nobody is called because a far end asks for it"
    assert stream["status"] == "in-progress"
    assert {each["event"] for each in messages} == {"connected", "start", "media"}
    assert_whole(at.program)


async def test_a_caller_whose_telephone_hands_over_stays_in_its_conversation(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with agent_program() as program, somebody_else() as (expert, there, in_its_place):
        shop.flows["/start"] = relay(program, language="en-GB", welcomeGreeting="Good morning.", debug="tokens-played")
        async with platform(tmp_path, ports, number=number) as telefoon, raw_caller(telefoon.sip_port) as caller:
            await asyncio.to_thread(named, telefoon)
            with RtpEar() as ear:
                ear.follow((await caller.asks("INVITE", body=audio(ear.port))).sdp)
                await program.is_told("info", within_s=60)
                call_id = (await telefoon.newest_call())["id"]
                told = [(await caller.asks("REFER", f"Refer-To: <{target}>")).code for target in (there, in_its_place)]
                since_s = ear.now_s
                await program.says("We go on.")
                await program.is_told("info", 2, within_s=30)
                await ear.hears_sound(seconds=0.3, within_s=10, since_s=since_s)
                await program.send(type="end", handoffData="done")
                [done] = await shop.is_asked("/done")
                await caller.is_asked("BYE")
            kinds = [each["kind"] for each in await telefoon.events(call_id)]

    assert told == [603, 603]
    assert expert.seen == []
    assert kinds.count("refer_requested") == 2
    assert kinds.count("disclosed") == 1
    assert [each["value"] for each in program.of_type("info")] == ["Good morning.", "We go on."]
    assert len(program.of_type("setup")) == 1
    assert (done["SessionStatus"], done["HandoffData"]) == ("ended", "done")


async def test_whom_the_called_telephone_hands_to_a_program_hears_the_notice_before_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = REFERRING
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with (
        stream_program() as program,
        stream_program() as listener,
        desk(tmp_path, ports, shop) as at,
    ):
        shop.flows["/referred"] = connecting(program)
        await asyncio.to_thread(at.telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        call_id = (await at.row("inbound"))["id"]
        await at.caller.ear.hears(AGENT_HZ, within_s=10)
        await listens_to(at.telefoon, call_id, listener)
        await hears_from_now(listener, CALLER_HZ)
        await hears_from_now(listener, AGENT_HZ, "outbound")

        since_s = at.caller.ear.now_s
        refused = await at.agent.asks(invite, "REFER", f"Refer-To: <sip:robot@{HOST}:9>")
        await at.hangs_up_agent()
        [referred] = await shop.is_asked("/referred")
        stream = await begins(program)
        await at.caller.ear.hears(SPOKEN, within_s=60, seconds=1, since_s=since_s)
        heard = at.caller.ear.heard(since_s)
        await hears_from_now(program, CALLER_HZ)
        await hears_from_now(listener, CALLER_HZ)
        await hears_from_now(listener, SPOKEN, "outbound")
        disclosed = await at.telefoon.noted(call_id, "disclosed")
        running = (await at.telefoon.get(f"calls/{call_id}/streams"))["streams"]

    assert refused.code == 603
    assert referred["ReferTransferTarget"].strip("<>") == f"sip:robot@{HOST}:9"
    [first, *_] = [each for each in when_heard(heard, SPOKEN) if each.seconds > 0.8]
    assert first.start_s > NOTICE_S, "not a sound of the program's before the notice's end"
    assert disclosed["policy"] == "announce"
    assert {each["id"]: each["status"] for each in running}[stream] == "in-progress"
    assert [each["status"] for each in running] == ["in-progress"] * 2
    assert not hears(program.heard(), AGENT_HZ, seconds=0.2)
    assert_whole(program)
    assert_whole(listener)


async def test_whom_a_telephone_hands_over_to_after_speaking_with_them_is_streamed_with_their_consent(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = REFERRING
    async with (
        stream_program() as listener,
        somebody_else() as (expert, _, in_its_place),
        desk(tmp_path, ports, shop) as at,
    ):
        shop.flows["/referred"] = f"<Response><Dial><Sip>{in_its_place}</Sip></Dial></Response>"
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        call_id = (await at.row("inbound"))["id"]
        await listens_to(at.telefoon, call_id, listener)
        await hears_from_now(listener, CALLER_HZ)
        await hears_from_now(listener, AGENT_HZ, "outbound")

        assert (await at.agent.asks(invite, "REFER", f"Refer-To: <{in_its_place}>")).code == 603
        await at.hangs_up_agent()
        with RtpEar() as ear:
            ear.say(tone(EXPERT_HZ, 1), for_ever=True)
            called = await expert.gets("INVITE", within_s=20)
            ear.follow(called.sdp)
            expert.answer(called, "200 OK", body=audio(ear.port))
            await at.caller.ear.hears(EXPERT_HZ, within_s=30)
            await ear.hears(CALLER_HZ, within_s=30)
            await hears_from_now(listener, EXPERT_HZ, "outbound")
            await hears_from_now(listener, CALLER_HZ)
            newcomer = await at.row("outbound")
            records = (await at.telefoon.get(f"calls/{newcomer['id']}/consents"))["consents"]
            [stream] = (await at.telefoon.get(f"calls/{call_id}/streams"))["streams"]

    assert called.header("replaces") == "consult@desk.example;to-tag=expert;from-tag=desk"
    assert ("streaming", "yes", "announced") in [(each["purpose"], each["given"], each["how"]) for each in records]
    assert stream["status"] == "in-progress"
    for hz in (CALLER_HZ, EXPERT_HZ):
        assert not hears(listener.heard("inbound" if hz == EXPERT_HZ else "outbound"), hz, seconds=0.2), hz
    assert_whole(listener)
