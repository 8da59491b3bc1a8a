"""A far end that speaks Opus is sent sound as wide as what it hears, and no wider: encoding the rest costs CPU."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from engine.ports import Attendance, Ear, MediaChanged, Said
from tests.peers.audio import tone
from tests.peers.raw_caller import raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.opus_calls import OPUS, opus_call
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

NARROW, MEDIUM, WIDE = frozenset(range(4)), frozenset(range(4, 8)), frozenset(range(8, 12))
FULL = frozenset({14, 15, 28, 29, 30, 31})
"""Configurations of 4, 6, 8 and 20 kHz (RFC 6716 section 3.1); a narrow encoder is medium for some seconds first."""


@pytest.fixture
async def both(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line(codecs=["opus", "PCMA"]) as line:
        yield line


@asynccontextmanager
async def a_law_call(line: Line) -> AsyncIterator[Watch]:
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(raw_caller(line.port))
        call = await in_a_call(line, caller)
        await call.sees(MediaChanged)
        yield call
        await call.leg.hang_up()
        await call.ends()


def configuration(rtp: RawRtp) -> int:
    """Of the newest packet."""
    return rtp.came[-1].packet.payload[0] >> 3 if rtp.came else -1


async def is_sent(rtp: RawRtp, width: frozenset[int]) -> None:
    await eventually(
        lambda: configuration(rtp) in width,
        within_s=10,
        otherwise=lambda: f"one of {sorted(width)}, and not {configuration(rtp)}",
    )


async def test_who_hears_a_telephone_is_sent_a_telephones_width(both: Line) -> None:
    async with opus_call(both) as (call, rtp), a_law_call(both) as other:
        await both.agent.bridge.connect(Said(other.leg.id), Ear(call.leg.id))

        await is_sent(rtp, NARROW)


async def test_a_prompt_is_sent_wider_than_a_telephone(both: Line, tmp_path: Path) -> None:
    prompt = tone([1000, 6000], 10, rate_hz=16000).save(tmp_path / "prompt.wav")
    async with opus_call(both) as (call, rtp), a_law_call(both) as other:
        await both.agent.bridge.connect(Said(other.leg.id), Ear(call.leg.id))
        await is_sent(rtp, NARROW)

        playing = await both.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await is_sent(rtp, MEDIUM | WIDE)
        await playing.stop()

        await is_sent(rtp, NARROW)


async def test_a_room_is_sent_in_full_width(both: Line) -> None:
    async with opus_call(both) as (call, rtp):
        room = await both.agent.bridge.open_room()
        await room.place(call.leg.id, Attendance())

        await is_sent(rtp, FULL)


async def test_a_room_is_sent_wider_than_the_telephone_before(both: Line) -> None:
    async with opus_call(both) as (call, rtp), a_law_call(both) as other:
        await both.agent.bridge.connect(Said(other.leg.id), Ear(call.leg.id))
        await is_sent(rtp, NARROW)
        await both.agent.bridge.disconnect(Said(other.leg.id), Ear(call.leg.id))

        room = await both.agent.bridge.open_room()
        await room.place(call.leg.id, Attendance())

        await is_sent(rtp, MEDIUM | WIDE | FULL)


async def test_who_asks_for_less_is_sent_less(both: Line, tmp_path: Path) -> None:
    """RFC 7587 section 6.1."""
    prompt = tone([1000, 6000], 5, rate_hz=16000).save(tmp_path / "prompt.wav")
    async with opus_call(both, f"a=fmtp:{OPUS} maxplaybackrate=8000; maxaveragebitrate=9000\r\n") as (call, rtp):
        await both.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await is_sent(rtp, NARROW)
        await asyncio.sleep(2)

        last_second = [each.packet.payload for each in rtp.came[-50:]]

        assert 8 * sum(map(len, last_second)) < 9000 * 1.5, "it is an average, and a tone takes more than talk"
