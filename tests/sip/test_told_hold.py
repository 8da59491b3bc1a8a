"""Hold as a trunk wants it told: what the far end is sent, hears, and says while it is on hold and after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.model.trunk import HoldStyle, Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear
from tests.peers.audio import hears
from tests.peers.ear import RtpEar
from tests.peers.raw_callee import HOST, RawCallee, raw_callee
from tests.peers.raw_caller import audio
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import lasting
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

ANSWERED = {HoldStyle.SENDONLY: "recvonly", HoldStyle.INACTIVE: "inactive"}


@dataclass(slots=True)
class HoldableCall:
    """A call by a trunk that has answered."""

    line: Line
    watch: Watch
    far_end: RawCallee
    invite: SipMessage
    ear: RtpEar

    def takes(self, request: SipMessage, version: int, direction: str = "sendrecv") -> None:
        """The far end agrees to a re-INVITE."""
        self.far_end.answer(request, "200 OK", body=described(self.ear.port, version, direction))

    async def hears_the_prompt(self) -> bool:
        """Whether it does from now on."""
        await lasting(0.4)
        since_s = self.ear.now_s
        await lasting(0.6)
        return hears(self.ear.heard(since_s), 440)


def described(port: int, version: int, direction: str = "sendrecv") -> str:
    return audio(port).replace("1 1 IN", f"1 {version} IN") + f"a={direction}\r\n"


def trunk(port: int, style: HoldStyle) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{HOST}:{port}"], "hold": style})


@asynccontextmanager
async def answered_call(
    open_line: OpenLine, ear: RtpEar, prompt: Path, style: HoldStyle
) -> AsyncIterator[HoldableCall]:
    async with open_line() as line, raw_callee() as far_end:
        await line.agent.use_trunks([trunk(far_end.port, style)])
        watch = Watch(await line.agent.dial(DialRequest("+3225550199", "+3225550100", "CA1"))).start()
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "200 OK", body=described(ear.port, 1))
        await watch.sees(Answered)
        await line.agent.bridge.play(prompt, to=[Ear(watch.leg.id)], loop=True)
        await ear.hears(440, within_s=5)
        yield HoldableCall(line, watch, far_end, invite, ear)
        hanging_up = asyncio.create_task(watch.leg.hang_up())
        far_end.answer(await far_end.gets("BYE"), "200 OK")
        await hanging_up


@pytest.mark.parametrize("style", ANSWERED)
async def test_a_far_end_is_told_of_hold_as_its_trunk_has_it_and_of_its_end(
    open_line: OpenLine, ear: RtpEar, prompt: Path, style: HoldStyle
) -> None:
    async with answered_call(open_line, ear, prompt, style) as call:
        await call.watch.leg.hold(held=True)
        held = await call.far_end.gets("INVITE", times=2)
        call.takes(held, 2, ANSWERED[style])
        heard_on_hold = await call.hears_the_prompt()
        await call.watch.leg.hold(held=False)
        resumed = await call.far_end.gets("INVITE", times=3)
        call.takes(resumed, 3)
        heard_after = await call.hears_the_prompt()

    assert held.sdp is not None
    assert resumed.sdp is not None
    assert (held.sdp.direction, resumed.sdp.direction) == (style, "sendrecv")
    assert heard_on_hold is (style is HoldStyle.SENDONLY)
    assert heard_after


async def test_a_far_end_that_is_to_hear_music_is_told_nothing(open_line: OpenLine, ear: RtpEar, prompt: Path) -> None:
    async with answered_call(open_line, ear, prompt, HoldStyle.MUSIC) as call:
        await call.watch.leg.hold(held=True)
        heard_on_hold = await call.hears_the_prompt()

        assert heard_on_hold
        assert len(call.far_end.requests("INVITE")) == 1


async def test_hold_that_meets_a_re_invite_is_told_again(open_line: OpenLine, ear: RtpEar, prompt: Path) -> None:
    async with answered_call(open_line, ear, prompt, HoldStyle.SENDONLY) as call:
        await call.watch.leg.hold(held=True)
        call.far_end.answer(await call.far_end.gets("INVITE", times=2), "491 Request Pending")
        again = await call.far_end.gets("INVITE", times=3)
        call.takes(again, 2, "recvonly")

        assert again.sdp is not None
        assert again.sdp.direction == "sendonly"


async def test_what_was_wanted_last_is_told_where_hold_ends_before_it_is_answered(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    async with answered_call(open_line, ear, prompt, HoldStyle.SENDONLY) as call:
        await call.watch.leg.hold(held=True)
        held = await call.far_end.gets("INVITE", times=2)
        await call.watch.leg.hold(held=False)
        call.takes(held, 2, "recvonly")
        resumed = await call.far_end.gets("INVITE", times=3)
        call.takes(resumed, 3)

        assert resumed.sdp is not None
        assert resumed.sdp.direction == "sendrecv"
        assert await call.hears_the_prompt()


async def test_a_refused_hold_leaves_the_call_as_it_is(open_line: OpenLine, ear: RtpEar, prompt: Path) -> None:
    async with answered_call(open_line, ear, prompt, HoldStyle.INACTIVE) as call:
        await call.watch.leg.hold(held=True)
        call.far_end.answer(await call.far_end.gets("INVITE", times=2), "488 Not Acceptable Here")
        theirs = await call.far_end.asks(call.invite, "INVITE", body=described(ear.port, 2))

        assert await call.hears_the_prompt()
        assert theirs.sdp is not None
        assert theirs.sdp.direction == "sendrecv"


async def test_a_far_end_on_hold_that_asks_for_sound_stays_on_hold(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    async with answered_call(open_line, ear, prompt, HoldStyle.INACTIVE) as call:
        await call.watch.leg.hold(held=True)
        call.takes(await call.far_end.gets("INVITE", times=2), 2, "inactive")
        await lasting(0.3)
        theirs = await call.far_end.asks(call.invite, "INVITE", body=described(ear.port, 3))

        assert theirs.sdp is not None
        assert theirs.sdp.direction == "inactive"
        assert not await call.hears_the_prompt()
