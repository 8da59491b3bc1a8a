"""A far end that vanishes sends no BYE: it is known by its silence (RFC 3550 §6.2.1, RFC 3264 §8.4)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager

import pjsua2 as pj
import pytest

from engine.ports import MediaChanged, MediaLost
from sip.dialog import Dialog
from sip.patience import Patience
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import acks, calls, gets_bye, pause, receives, reinvites, scenario, sdp
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, OpenLine, Watch, dial
from tests.sip.guests import guests

pytestmark = pytest.mark.sip

SILENCE_S = 2.5


@pytest.fixture
async def line(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line(rtp_silence_s=SILENCE_S) as opened:
        yield opened


@contextmanager
def silent_port() -> Iterator[int]:
    """A port of UDP at which nobody answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


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


async def test_a_dialog_that_the_library_can_not_end_keeps_nobody_from_missing_others(
    line: Line, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose session has ended without a word, while it was still to be given up."""

    def refuse(*_: object) -> None:
        raise pj.Error(171140, "hangup", "INVITE session already terminated", "", 0)

    with silent_port() as nobody:
        async with guests(line, ports, 1) as (vanishing,):
            monkeypatch.setattr(Dialog, "hangup", refuse)
            monkeypatch.setattr(Patience, "is_over", lambda patience, _: patience.waiting)
            unanswered = await dial(line, nobody)
            await asyncio.sleep(SILENCE_S)

            vanishing.ear.fall_silent()

            await vanishing.call.sees(MediaLost, within_s=3 * SILENCE_S)
            monkeypatch.undo()
            await unanswered.leg.hang_up()
