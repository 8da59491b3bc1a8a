"""Trunks with ICE, of which we are the lite side: a full one (aioice) finds its way to us, and media take it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear, Said
from tests.peers.audio import hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ice_agent import RTCP, RTP, guessed_check, ice_agent, said
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import Sdp, SipMessage
from tests.peers.srtp import SUITE, SrtpKey
from tests.peers.waiting import eventually, lasting
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
ELSEWHERE = "127.0.0.5"
SAYS_HZ = 600
HEARS_HZ = 440


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{HOST}:{port}"], "ice": "lite", **fields})


def described(port: int, version: int, more: str) -> str:
    return audio(port, more=more).replace("1 1 IN", f"1 {version} IN")


def speaks_ice(description: Sdp) -> bool:
    return bool(re.search("^a=(ice|candidate)", description.text, re.MULTILINE))


async def answered(line: Line, caller: RawCaller, offer: str) -> tuple[Watch, Sdp]:
    """A call, and what we have answered to its offer."""
    call = await in_a_call(line, caller, offer)
    answer = (await caller.answer("INVITE")).sdp
    assert answer is not None
    return call, answer


@asynccontextmanager
async def heard_by(line: Line, call: Watch) -> AsyncIterator[RtpEar]:
    """The ear of a plain phone that talks with whoever is in the call."""
    with RtpEar() as ear:
        async with raw_caller(line.port) as phone:
            other, description = await answered(line, phone, audio(ear.port))
            ear.follow(description)
            await line.agent.bridge.connect(Said(call.leg.id), Ear(other.leg.id))
            await line.agent.bridge.connect(Said(other.leg.id), Ear(call.leg.id))
            yield ear
            await other.leg.hang_up()


async def talk(line: Line, call: Watch, ear: RtpEar) -> None:
    """What either says is heard by the other: whoever is in the call, whose ear this is, and a plain phone."""
    async with heard_by(line, call) as other:
        since_s = ear.now_s
        ear.say(tone(SAYS_HZ, 1), for_ever=True)
        other.say(tone(HEARS_HZ, 1), for_ever=True)
        await other.hears(SAYS_HZ, within_s=5)
        await ear.hears(HEARS_HZ, within_s=5, since_s=since_s)


async def test_a_full_side_finds_its_way_and_sound_goes_both_ways(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        call, answer = await answered(line, caller, audio(agent.port(), more=agent.lines()))

        await agent.connects(answer)

        await talk(line, call, ear)
        await call.leg.hang_up()

    assert "a=ice-lite" in answer.text.partition("m=")[0]
    assert len(said(answer, "ice-ufrag")) >= 4
    assert len(said(answer, "ice-pwd")) >= 22
    assert re.findall(r"a=candidate:\S+ (\d) UDP \d+ (\S+) (\d+) typ host", answer.text) == [
        ("1", HOST, str(answer.port)),
        ("2", HOST, str(answer.port + 1)),
    ]


async def test_a_full_side_that_is_called_finds_its_way(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_callee() as far_end, ice_agent(ear) as agent:
        await line.agent.use_trunks([carrier(far_end.port)])
        call = Watch(await line.agent.dial(ASKED)).start()
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "200 OK", body=audio(agent.port(), more=agent.lines()))
        await call.sees(Answered)

        await agent.connects(invite.sdp)

        await talk(line, call, ear)
        hanging_up = asyncio.create_task(call.leg.hang_up())
        far_end.answer(await far_end.gets("BYE"), "200 OK")
        await hanging_up


async def test_media_go_where_checks_come_from_and_not_where_was_signalled(open_line: OpenLine, prompt: Path) -> None:
    with RtpEar(mute=True) as signalled, RtpEar(mute=True) as ear:
        async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
            await line.agent.use_trunks([carrier(caller.port)])
            offer = audio(signalled.port, more=agent.lines(HOST, told_port=signalled.port))
            call, answer = await answered(line, caller, offer)

            await agent.connects(answer)
            before = signalled.reception.packets
            await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

            await ear.hears(HEARS_HZ, within_s=5, seconds=1)
            assert signalled.reception.packets == before
            await call.leg.hang_up()


async def test_rtcp_takes_a_way_of_its_own_and_checks_of_consent_are_answered(
    open_line: OpenLine, ear: RtpEar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.1)
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        call, answer = await answered(line, caller, audio(agent.port(), more=agent.lines(HOST)))
        await agent.connects(answer)

        await eventually(lambda: RTCP in agent.heard, within_s=10, otherwise=lambda: f"RTCP; heard {set(agent.heard)}")

        # It would have closed after six that are not (RFC 7675).
        assert agent.connection.local_candidates
        await call.leg.hang_up()


async def test_a_stranger_is_neither_heard_nor_answered_with_sound(open_line: OpenLine, ear: RtpEar) -> None:
    with RtpEar() as stranger:
        async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear) as agent:
            await line.agent.use_trunks([carrier(caller.port)])
            call, answer = await answered(line, caller, audio(agent.port(), more=agent.lines()))
            await agent.connects(answer)
            ear.fall_silent()
            async with heard_by(line, call) as other:
                other.say(tone(HEARS_HZ, 1), for_ever=True)

                stranger.aim(HOST, answer.port)
                stranger.say(tone(SAYS_HZ, 1), for_ever=True)
                await lasting(1)

                since_s = ear.now_s
                await ear.hears(HEARS_HZ, within_s=5, since_s=since_s)
                assert not hears(other.heard(), SAYS_HZ)
                assert stranger.reception.packets == 0
            await call.leg.hang_up()


async def test_who_does_not_know_the_password_is_refused_and_moves_nothing(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        call, answer = await answered(line, caller, audio(agent.port(), more=agent.lines()))
        await agent.connects(answer)

        codes = [await guessed_check(answer, component) for component in (RTP, RTCP)]

        assert codes == [401, 401]
        await talk(line, call, ear)
        await call.leg.hang_up()


async def test_a_far_end_that_begins_anew_elsewhere_is_followed(open_line: OpenLine, ear: RtpEar, prompt: Path) -> None:
    with RtpEar() as later_ear:
        async with (
            open_line() as line,
            raw_caller(line.port) as caller,
            ice_agent(ear) as agent,
            ice_agent(later_ear, ELSEWHERE) as later,
        ):
            await line.agent.use_trunks([carrier(caller.port)])
            call, first = await answered(line, caller, audio(agent.port(), more=agent.lines()))
            await agent.connects(first)
            await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)
            await ear.hears(HEARS_HZ, within_s=5)

            offer = described(later.port(), 2, later.lines()).replace(f"c=IN IP4 {HOST}", f"c=IN IP4 {ELSEWHERE}")
            second = (await caller.asks("INVITE", body=offer)).sdp
            assert second is not None
            await ear.hears(HEARS_HZ, within_s=5, seconds=0.5, since_s=ear.now_s)
            assert later_ear.reception.packets == 0, "there was no check from there yet"
            await later.connects(second)

            assert said(second, "ice-ufrag") != said(first, "ice-ufrag")
            assert said(second, "ice-pwd") != said(first, "ice-pwd")
            await talk(line, call, later_ear)
            await call.leg.hang_up()


async def test_a_far_end_that_holds_and_resumes_keeps_its_way(open_line: OpenLine, ear: RtpEar, prompt: Path) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        call, first = await answered(line, caller, audio(agent.port(), more=agent.lines(HOST)))
        await agent.connects(first)
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)
        await ear.hears(HEARS_HZ, within_s=5)

        held = (await caller.asks("INVITE", body=described(agent.port(), 2, agent.lines(HOST) + "a=sendonly\r\n"))).sdp
        await lasting(0.4)
        since_s = ear.now_s
        await lasting(0.6)
        during = ear.heard(since_s)
        resumed = (await caller.asks("INVITE", body=described(agent.port(), 3, agent.lines(HOST)))).sdp

        assert held is not None
        assert resumed is not None
        assert {said(each, "ice-ufrag") for each in (held, resumed)} == {said(first, "ice-ufrag")}
        assert not hears(during, HEARS_HZ)
        await ear.hears(HEARS_HZ, within_s=5, seconds=0.5, since_s=ear.now_s)
        await call.leg.hang_up()


async def test_a_call_keeps_to_ice_when_its_trunk_no_longer_has_it(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        call, first = await answered(line, caller, audio(agent.port(), more=agent.lines(HOST)))
        await agent.connects(first)

        await line.agent.use_trunks([carrier(caller.port, ice="off")])
        later = (await caller.asks("INVITE", body=described(agent.port(), 2, agent.lines(HOST)))).sdp

        assert later is not None
        assert said(later, "ice-ufrag") == said(first, "ice-ufrag")
        await talk(line, call, ear)
        await call.leg.hang_up()


async def test_sound_with_srtp_takes_the_way_too(open_line: OpenLine, ear: RtpEar) -> None:
    key = SrtpKey.made()
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port, srtp="optional")])
        more = f"a=crypto:1 {SUITE} {key.inline}\r\n{agent.lines(HOST)}"
        offer = audio(agent.port(), more=more).replace("RTP/AVP", "RTP/SAVP")
        call, answer = await answered(line, caller, offer)
        ear.encrypt(key, SrtpKey.offered(answer.text))

        await agent.connects(answer)

        assert answer.profile == "RTP/SAVP"
        await talk(line, call, ear)
        await call.leg.hang_up()


async def test_the_public_address_is_the_candidate_that_is_offered(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, public_address="192.0.2.7")])
        await Watch(await line.agent.dial(ASKED)).start().ends()
    offer = SipMessage.read(next(each for each in far_end.requests if each.startswith("INVITE"))).sdp

    assert offer is not None
    assert "a=ice-lite" in offer.text.partition("m=")[0]
    assert re.findall(r"a=candidate:\S+ (\d) UDP (\d+) (\S+) (\d+) typ host", offer.text) == [
        (str(RTP), "2130706431", "192.0.2.7", str(offer.port)),
        (str(RTCP), "2130706430", "192.0.2.7", str(offer.port + 1)),
    ]


@pytest.mark.parametrize("ice", ["off", "lite"])
async def test_without_ice_on_either_side_sound_goes_as_was_signalled(
    open_line: OpenLine, ear: RtpEar, ice: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port, ice=ice)])
        offer = audio(ear.port, more=agent.lines(HOST, told_port=ear.port) if ice == "off" else "")

        call, answer = await answered(line, caller, offer)

        assert not speaks_ice(answer)
        ear.follow(answer)
        await talk(line, call, ear)
        await call.leg.hang_up()


async def test_a_far_end_that_is_lite_too_is_heard_without_checks(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear) as agent:
        await line.agent.use_trunks([carrier(caller.port)])
        lines = agent.lines(HOST, told_port=ear.port)
        call, answer = await answered(line, caller, audio(ear.port, more=lines).replace("t=0 0", "t=0 0\r\na=ice-lite"))

        assert speaks_ice(answer)
        ear.follow(answer)
        await talk(line, call, ear)
        await call.leg.hang_up()


async def test_media_that_were_led_past_their_candidates_on_the_way_are_told_so(
    open_line: OpenLine, ear: RtpEar
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, ice_agent(ear, ELSEWHERE) as agent:
        await line.agent.use_trunks([carrier(caller.port)])

        call, answer = await answered(line, caller, audio(ear.port, more=agent.lines()))

        assert "a=ice-mismatch" in answer.text
        assert "a=ice-ufrag" not in answer.text
        ear.follow(answer)
        await talk(line, call, ear)
        await call.leg.hang_up()
