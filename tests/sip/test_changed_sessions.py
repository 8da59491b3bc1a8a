"""Sessions that change while they last: hold in all its spellings, by re-INVITE and UPDATE, and requests that meet."""

import asyncio
from pathlib import Path

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, Ear
from tests.peers.audio import hears
from tests.peers.ear import RtpEar
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.sip_message import Sdp
from tests.peers.waiting import lasting
from tests.sip.conftest import Line, OpenLine, dial
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

SPELLINGS = {"sendonly": "recvonly", "inactive": "inactive", "0.0.0.0": None}
"""How a far end says hold, and the direction that answers it; None is either of both."""
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"


def described(port: int, version: int, hold: str = "", *, secure: bool = False) -> str:
    """The far end's description; `hold` is one of the spellings, or none."""
    told = audio(port, more=CRYPTO if secure else "").replace("1 1 IN", f"1 {version} IN")
    if secure:
        told = told.replace("RTP/AVP", "RTP/SAVP")
    if hold == "0.0.0.0":
        return told.replace(f"c=IN IP4 {HOST}", "c=IN IP4 0.0.0.0")
    return told + (f"a={hold}\r\n" if hold else "")


def agrees(answer: Sdp | None, hold: str, *, secure: bool) -> bool:
    """Whether the answer says that nothing is sent, and that it is as secure as before."""
    assert answer is not None
    profile = "RTP/SAVP" if secure else "RTP/AVP"
    wanted = {SPELLINGS[hold]} if SPELLINGS[hold] else {"recvonly", "inactive"}
    return answer.direction in wanted and answer.profile == profile and answer.port > 0


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("hold", SPELLINGS)
async def test_whoever_holds_hears_nothing_until_the_call_is_resumed(
    line: Line, ear: RtpEar, prompt: Path, hold: str, method: str
) -> None:
    async with raw_caller(line.port) as caller:
        call = await in_a_call(line, caller, described(ear.port, 1))
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)
        await ear.hears(440, within_s=5)

        held = await caller.asks(method, body=described(ear.port, 2, hold))
        await lasting(0.4)
        since_s = ear.now_s
        await lasting(0.6)
        during = ear.heard(since_s)
        resumed = await caller.asks(method, body=described(ear.port, 3))

        assert agrees(held.sdp, hold, secure=False)
        assert not hears(during, 440)
        assert resumed.sdp is not None
        assert resumed.sdp.direction == "sendrecv"
        await ear.hears(440, within_s=5, seconds=0.5, since_s=ear.now_s)
        await call.leg.hang_up()


def secure_trunk(port: int) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{HOST}:{port}"], "srtp": "optional"})


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("hold", SPELLINGS)
async def test_a_call_with_srtp_is_held_and_resumed_without_losing_it(
    open_line: OpenLine, hold: str, method: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        await line.agent.use_trunks([secure_trunk(caller.port)])
        call = await in_a_call(line, caller, described(40000, 1, secure=True))

        held = await caller.asks(method, body=described(40000, 2, hold, secure=True))
        resumed = await caller.asks(method, body=described(40000, 3, secure=True))

        assert agrees(held.sdp, hold, secure=True)
        assert resumed.sdp is not None
        assert (resumed.sdp.direction, resumed.sdp.profile) == ("sendrecv", "RTP/SAVP")
        assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80" in resumed.body
        await call.leg.hang_up()


async def test_two_re_invites_that_meet_are_both_refused_and_the_call_goes_on(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    both = described(ear.port, 1).replace("RTP/AVP 8", "RTP/AVP 8 0")
    async with open_line(codecs=["PCMA", "PCMU"]) as line, raw_callee() as far_end:
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")
        # Of two codecs that it may be sent we ask for one, by a re-INVITE, as it does not say that it knows UPDATE.
        far_end.answer(invite, "200 OK", body=both)
        ours = await far_end.gets("INVITE", times=2)

        theirs = await far_end.asks(invite, "INVITE", body=described(ear.port, 2))
        far_end.answer(ours, "491 Request Pending")
        await call.sees(Answered)
        await far_end.gets("ACK", times=2)
        later = await far_end.asks(invite, "INVITE", body=described(ear.port, 3))

        assert theirs.code == 491
        assert later.code == 200
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await ear.hears(440, within_s=5)
        hanging_up = asyncio.create_task(call.leg.hang_up())
        far_end.answer(await far_end.gets("BYE"), "200 OK")
        await hanging_up


async def test_a_far_end_that_answers_without_a_tag_and_asks_with_one_is_understood(line: Line) -> None:
    async with raw_callee() as far_end:
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "200 OK", body=audio(), tag="")
        await call.sees(Answered)
        await far_end.gets("ACK")

        answer = await far_end.asks(invite, "INVITE", body=audio(40002))
        assert answer.code == 200
        assert (await far_end.asks(invite, "BYE")).code == 200
        await call.ends()
