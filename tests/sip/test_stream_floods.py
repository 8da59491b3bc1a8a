"""Programs that send media as fast as they are read: what is read of them is bounded, and others' sound is in time."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from engine.ports import Ear, Said, StreamOpened, StreamTrack
from tests.peers.audio import longest_gap, tone
from tests.peers.ear import RtpEar
from tests.peers.flooding_programs import flooding_programs
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.heard_calls import called
from tests.sip.streamed import StreamWatch, plan_of, streaming, told

pytestmark = [pytest.mark.sip, pytest.mark.slow]

FLOODING = 40
FLOODS_S = 5.0
CUSHION_S = 0.2
"""Time enough for the two programs, and this one, on a busy machine."""
READ_A_S = 64 * 1024 / 0.002
"""Bytes, of all streams (READ_IN_A_ROUND of sip/native/stream_thread.cpp)."""
LONGEST_GAP_S = 0.1
"""A tone that is cut into windows has none that is shorter."""
SPOKEN = 700


@pytest.mark.alone("a caller is to hear no gap beside forty floods")
async def test_floods_are_read_within_bounds_and_another_streams_sound_has_no_gap(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    async with (
        flooding_programs(ports) as floods_at,
        flooding_programs(ports) as echoes_at,
        called(line, ports, ear) as call,
        streaming(line, plan_of(echoes_at, server_path="/echoes", two_way=True, cushion_s=CUSHION_S)) as quiet,
        AsyncExitStack() as others,
    ):
        ear.say(tone(SPOKEN, 1, dbov=-18), for_ever=True)
        await quiet.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await quiet.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await ear.hears(SPOKEN, within_s=20)
        plan = plan_of(floods_at, server_path="/floods", two_way=True)
        flooding = [await others.enter_async_context(streaming(line, plan)) for _ in range(FLOODING)]
        for each in flooding:
            await each.sees(StreamOpened, within_s=30)
        await eventually(
            lambda: all(each.wire.counts().received_bytes > 0 for each in flooding),
            within_s=30,
            otherwise=lambda: "all flood",
        )

        gaps, since_s, began, before = quiet.wire.counts().underruns, ear.now_s, time.monotonic(), taken(flooding)
        await asyncio.sleep(FLOODS_S)
        read, took_s = taken(flooding) - before, time.monotonic() - began
        heard, counts = ear.heard(since_s), quiet.wire.counts()
        for each in flooding:
            await each.wire.close()  # all of them before the first is waited for

    assert 0 < read < 1.2 * READ_A_S * took_s
    assert counts.underruns == gaps
    assert counts.dropped_ms == 0
    assert longest_gap(heard, SPOKEN).seconds < LONGEST_GAP_S


def taken(streams: list[StreamWatch]) -> int:
    return sum(each.wire.counts().received_bytes for each in streams)
