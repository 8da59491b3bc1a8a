"""A far end that vanishes sends no BYE: it is known by its silence (RFC 3550 §6.2.1, RFC 3264 §8.4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from engine.ports import MediaChanged, MediaLost
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import acks, calls, gets_bye, pause, receives, reinvites, scenario, sdp
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.guests import guests

pytestmark = pytest.mark.sip

SILENCE_S = 2.5


@pytest.fixture
async def line(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line(rtp_silence_s=SILENCE_S) as opened:
        yield opened


def lost(call: Watch) -> list[MediaLost]:
    return [event for event in call.seen if isinstance(event, MediaLost)]


async def test_who_falls_silent_is_lost_and_who_sends_silence_is_not(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (steady, vanishing):
        steady.ear.hush()
        await asyncio.sleep(2 * SILENCE_S)
        assert lost(vanishing.call) == []

        vanishing.ear.fall_silent()

        told = await vanishing.call.sees(MediaLost, within_s=3 * SILENCE_S)
        assert told.seconds >= SILENCE_S
        await asyncio.sleep(SILENCE_S)
        assert len(lost(vanishing.call)) == 1
        assert lost(steady.call) == []


async def test_who_still_sends_rtcp_is_alive(line: Line, ports: Ports) -> None:
    """As one does who sends nothing while nobody speaks."""
    async with guests(line, ports, 1) as (quiet,):
        quiet.ear.fall_silent()
        for _ in range(8):
            quiet.ear.report()
            await asyncio.sleep(SILENCE_S / 3)
        assert lost(quiet.call) == []

        await quiet.call.sees(MediaLost, within_s=3 * SILENCE_S)


@pytest.mark.parametrize("direction", ["sendonly", "inactive", "recvonly"])
async def test_a_held_line_is_left_alone_until_it_is_taken_up_again(line: Line, ports: Ports, direction: str) -> None:
    async with AsyncExitStack() as stack:
        ear = stack.enter_context(RtpEar())
        caller = scenario(
            calls(sdp()), receives(100, optional=True), receives(200, keeps_route=True), acks(),
            pause(0.5), reinvites(2, sdp(direction=direction, version=2)),
            pause(3 * SILENCE_S), reinvites(3, sdp(version=3)), gets_bye(),
        )  # fmt: skip
        far_end = await stack.enter_async_context(sipp(caller, ports, target=line.port, keys={"ear": ear.port}))
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        ear.follow((await far_end.gets("200 INVITE")).sdp)
        await call.sees(MediaChanged, times=2)
        ear.fall_silent()

        await call.sees(MediaChanged, times=3)

        assert lost(call) == []
        await call.sees(MediaLost, within_s=3 * SILENCE_S)
        await leg.hang_up()
        await call.ends()


async def test_by_default_no_silence_is_too_long(open_line: OpenLine, ports: Ports) -> None:
    async with open_line() as line, guests(line, ports, 1) as (guest,):
        guest.ear.fall_silent()
        await asyncio.sleep(2 * SILENCE_S)

        assert lost(guest.call) == []
