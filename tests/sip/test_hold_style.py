"""Hold as trunks have it: what the far end is told of it, and what both hear meanwhile and afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear, HoldRefused, HungUp
from tests.peers.audio import hears, tone
from tests.peers.ear import RtpEar
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_message import Sdp, SipMessage
from tests.peers.waiting import eventually, lasting
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import says
from tests.sip.raw_calls import in_a_call as answered

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
ECHOED = {"via", "from", "to", "call-id", "cseq"}
MUSIC_HZ = 440
SAID_HZ = 700


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{HOST}:{port}"], **fields})


def described(ear: RtpEar, version: int, direction: str = "sendrecv", *, secure: bool = False) -> str:
    """What the far end says of its sound."""
    told = audio(ear.port, more=f"{CRYPTO if secure else ''}a={direction}\r\n").replace("1 1 IN", f"1 {version} IN")
    return told.replace("RTP/AVP", "RTP/SAVP") if secure else told


def offer_of(invite: SipMessage) -> Sdp:
    assert invite.sdp is not None
    return invite.sdp


@asynccontextmanager
async def in_a_call(line: Line, far_end: RawCallee, ear: RtpEar, *, secure: bool = False) -> AsyncIterator[Watch]:
    """A call by the trunk, which the far end has answered; it ends with the context."""
    call = Watch(await line.agent.dial(ASKED)).start()
    invite = await far_end.gets("INVITE")
    far_end.answer(invite, "200 OK", body=described(ear, 1, secure=secure))
    if not secure:
        ear.follow(offer_of(invite))
    await call.sees(Answered)
    yield call
    hanging_up = asyncio.create_task(call.leg.hang_up())
    far_end.answer(await far_end.gets("BYE"), "200 OK")
    await hanging_up


@pytest.mark.parametrize(
    ("style", "answered", "hears_music"),
    [
        ("sendonly", "recvonly", True),
        ("sendonly", "inactive", False),
        ("inactive", "inactive", False),
    ],
)
async def test_who_is_put_on_hold_is_told_so_and_is_heard_again_afterwards(
    open_line: OpenLine, ear: RtpEar, tmp_path: Path, style: str, answered: str, hears_music: bool
) -> None:
    music = tone(MUSIC_HZ, 60).save(tmp_path / "music.wav")
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold=style)])
        ear.say(tone(SAID_HZ, 1), for_ever=True)
        async with in_a_call(line, far_end, ear) as call:
            await line.agent.bridge.play(music, to=[Ear(call.leg.id)], loop=True)
            await ear.hears(MUSIC_HZ, within_s=5)

            await call.leg.hold(held=True)
            held = await far_end.gets("INVITE", times=2)
            far_end.answer(held, "200 OK", body=described(ear, 2, answered))
            await far_end.gets("ACK", times=2)
            await lasting(0.4)
            since_s = ear.now_s
            await lasting(0.8)
            during = ear.heard(since_s)
            await call.leg.hold(held=False)
            resumed = await far_end.gets("INVITE", times=3)
            far_end.answer(resumed, "200 OK", body=described(ear, 3))
            await far_end.gets("ACK", times=3)

            assert offer_of(held).direction == style
            assert offer_of(held).port == offer_of(resumed).port
            assert hears(during, MUSIC_HZ) == hears_music
            assert offer_of(resumed).direction == "sendrecv"
            await ear.hears(MUSIC_HZ, within_s=5, seconds=0.5, since_s=ear.now_s)
            await says(line, call.leg.id, SAID_HZ)
            assert not [each for each in call.seen if isinstance(each, HoldRefused | HungUp)]


async def test_who_is_put_on_hold_with_music_alone_is_told_nothing(open_line: OpenLine, ear: RtpEar) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port)])
        async with in_a_call(line, far_end, ear) as call:
            await call.leg.hold(held=True)
            await call.leg.hold(held=False)
            await lasting(0.5)

            assert len(far_end.requests("INVITE")) == 1


async def test_hold_that_meets_a_re_invite_is_told_again(open_line: OpenLine, ear: RtpEar) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold="sendonly")])
        async with in_a_call(line, far_end, ear) as call:
            await call.leg.hold(held=True)
            far_end.answer(await far_end.gets("INVITE", times=2), "491 Request Pending")

            again = await far_end.gets("INVITE", times=3)

            far_end.answer(again, "200 OK", body=described(ear, 2, "recvonly"))
            assert offer_of(again).direction == "sendonly"
            await far_end.gets("ACK", times=3)
            assert not [each for each in call.seen if isinstance(each, HoldRefused | HungUp)]


async def test_a_far_end_that_refuses_hold_is_spoken_to_as_before(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold="inactive")])
        async with in_a_call(line, far_end, ear) as call:
            await call.leg.hold(held=True)
            far_end.answer(await far_end.gets("INVITE", times=2), "488 Not Acceptable Here")

            refused = await call.sees(HoldRefused)
            await call.leg.hold(held=False)
            await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)

            assert refused.sip_code == 488
            await ear.hears(440, within_s=5, seconds=0.5, since_s=ear.now_s)
            assert len(far_end.requests("INVITE")) == 2


async def test_a_hold_that_is_over_before_it_was_answered_is_ended_after_its_answer(
    open_line: OpenLine, ear: RtpEar
) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold="sendonly")])
        async with in_a_call(line, far_end, ear) as call:
            await call.leg.hold(held=True)
            held = await far_end.gets("INVITE", times=2)
            await call.leg.hold(held=False)
            await lasting(0.3)
            meanwhile = len(far_end.requests("INVITE"))
            far_end.answer(held, "200 OK", body=described(ear, 2, "recvonly"))

            resumed = await far_end.gets("INVITE", times=3)
            far_end.answer(resumed, "200 OK", body=described(ear, 3))

            assert meanwhile == 2
            assert offer_of(resumed).direction == "sendrecv"
            await far_end.gets("ACK", times=3)


async def test_a_far_end_that_changes_its_session_on_hold_stays_there(open_line: OpenLine, ear: RtpEar) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold="sendonly")])
        async with in_a_call(line, far_end, ear) as call:
            await call.leg.hold(held=True)
            invite = await far_end.gets("INVITE")
            far_end.answer(await far_end.gets("INVITE", times=2), "200 OK", body=described(ear, 2, "recvonly"))
            await far_end.gets("ACK", times=2)

            told = await far_end.asks(invite, "INVITE", body=described(ear, 3))

            assert offer_of(told).direction == "sendonly"


async def test_a_call_with_srtp_keeps_it_on_hold(open_line: OpenLine, ear: RtpEar) -> None:
    async with raw_callee() as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, hold="sendonly", srtp="required")])
        async with in_a_call(line, far_end, ear, secure=True) as call:
            await call.leg.hold(held=True)
            held = await far_end.gets("INVITE", times=2)
            far_end.answer(held, "200 OK", body=described(ear, 2, "recvonly", secure=True))
            await far_end.gets("ACK", times=2)

            assert (offer_of(held).direction, offer_of(held).profile) == ("sendonly", "RTP/SAVP")
            assert "a=crypto:" in held.body


def answers(caller: RawCaller, request: SipMessage, status: str, body: str = "") -> None:
    """Who has called answers a request of ours."""
    echoed = [f"{name}: {value}" for name, value in request.headers if name.lower() in ECHOED]
    lines = [f"SIP/2.0 {status}", *echoed, f"Contact: <sip:raw@{HOST}:{caller.port}>"]
    told = ["Content-Type: application/sdp", f"Content-Length: {len(body)}", "", body]
    caller.send("\r\n".join((*lines, *told)).encode())


def in_order(caller: RawCaller) -> list[SipMessage]:
    """The re-INVITEs that came; one sent again counts once."""
    return list({each.header("cseq"): each for each in caller.requests("INVITE")}.values())


async def test_who_calls_by_the_trunk_is_told_of_hold_too_and_again_after_491(open_line: OpenLine, ear: RtpEar) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        await line.agent.use_trunks([carrier(caller.port, hold="inactive")])
        call = await answered(line, caller, described(ear, 1))

        async def asked(times: int) -> SipMessage:
            return await eventually(
                lambda: found[times - 1] if len(found := in_order(caller)) >= times else None,
                within_s=8,
                otherwise=lambda: f"re-INVITE number {times}; {[each.summary for each in caller.seen]}",
            )

        await call.leg.hold(held=True)
        answers(caller, await asked(1), "491 Request Pending")
        again = await asked(2)
        answers(caller, again, "200 OK", described(ear, 2, "inactive"))
        await eventually(lambda: len(caller.requests("ACK")) >= 2, within_s=5, otherwise=lambda: "ACK")

        assert offer_of(again).direction == "inactive"
        assert not [each for each in call.seen if isinstance(each, HoldRefused | HungUp)]
        await caller.asks("BYE")
