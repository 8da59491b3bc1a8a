"""What a leg's line was like: RFC 3550 §6.4, as the far end made it."""

from contextlib import AsyncExitStack

import pytest

from engine.model.quality import loss_of, quality_of
from engine.ports import Attendance, MediaChanged
from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.sip.conftest import Line
from tests.sip.guests import guests
from tests.sip.passing import figures
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


async def test_a_far_end_whose_packets_are_lost_is_counted_and_rated_worse(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (whole, broken):
        broken.ear.lose([False] * 4 + [True])
        room = await line.agent.bridge.open_room()
        for guest in (whole, broken):
            await room.place(guest.leg, Attendance())

        good, bad = [
            await figures(line, guest.leg, lambda now: now.packets_received >= 150) for guest in (whole, broken)
        ]

        assert good.codec == bad.codec == "PCMA"
        assert loss_of(good) < 0.02
        assert bad.packets_lost / (bad.packets_received + bad.packets_lost) == pytest.approx(0.2, abs=0.04)
        assert quality_of(bad).mos < quality_of(good).mos - 0.5
        assert good.packets_sent > 0
        assert good.jitter_ms is not None
        assert good.mean_jitter_ms is not None
        assert good.far_packets_lost is good.far_jitter_ms is good.round_trip_ms is None


async def test_what_the_far_end_reports_of_our_packets_is_told(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 1) as (guest,):
        guest.ear.report(lost=7, jitter=80)

        now = await figures(line, guest.leg, lambda now: now.far_packets_lost is not None)

        assert (now.far_packets_lost, now.far_jitter_ms) == (7, 10.0)


async def test_counts_go_on_through_a_re_invite_and_are_told_at_the_end(line: Line, ports: Ports) -> None:
    """The stream is made anew, and begins from zero."""
    async with AsyncExitStack() as stack:
        ear, moved = stack.enter_context(RtpEar()), stack.enter_context(RtpEar())
        caller = await stack.enter_async_context(raw_caller(line.port))
        call = await in_a_call(line, caller, audio(ear.port))
        leg = call.leg
        await call.sees(MediaChanged)
        ear.follow((await caller.answer("INVITE")).sdp)
        ear.lose([False] * 4 + [True])
        await figures(line, leg.id, lambda now: now.packets_received > 50 and now.packets_lost > 10)
        ear.fall_silent()
        again = await caller.asks("INVITE", body=audio(moved.port).replace("o=- 1 1", "o=- 1 2"))
        await call.sees(MediaChanged, times=2)
        before = await figures(line, leg.id, lambda now: now.packets_received > 50)
        moved.follow(again.sdp)
        moved.say(tone(700, 1), for_ever=True)
        await moved.hears_anything(within_s=5)

        after = await figures(line, leg.id, lambda now: now.packets_received > before.packets_received + 50)
        assert after.packets_lost >= before.packets_lost > 10
        await caller.asks("BYE")
        last = (await call.ends()).figures
        assert last is not None
        assert last.packets_received >= after.packets_received
        assert await line.agent.bridge.figures(leg.id) is None
