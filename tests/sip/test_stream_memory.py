"""What a media stream keeps whose program has stopped: little, whatever it was sent before."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from engine.ports import Said, StreamEncoding, StreamFormat, StreamTrack
from tests.peers.ear import RtpEar
from tests.peers.hostile_programs import media, message
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import RawStream, raw_stream_server
from tests.peers.stream_program import SID
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.fuzz.heap import allocated_bytes
from tests.sip.heard_calls import called
from tests.sip.streamed import StreamWatch, plan_of, streaming

pytestmark = pytest.mark.sip

STOPPED = 20
LONG_MESSAGE = media(SID, bytes(700_000))
MOST_KEPT = 512 * 1024
"""In bytes, with what this process keeps for the program."""


async def test_programs_that_stop_after_long_messages_keep_little_memory(line: Line, ports: Ports, ear: RtpEar) -> None:
    over = asyncio.Event()

    async def stop(stream: RawStream) -> None:
        stream.accept()
        await stream.send(LONG_MESSAGE * 3 + message(SID, "clear"))
        await over.wait()

    async def has_stopped(stream: StreamWatch) -> None:
        await eventually(
            lambda: stream.wire.counts().received_messages == 4 and stream.wire.counts().dropped_ms > 0,
            within_s=60,
            otherwise=lambda: f"all has come, and no more goes: {stream.wire.counts()}",
        )

    wide = StreamFormat(StreamEncoding.L16, 24000)
    async with (
        raw_stream_server(stop, receive_bytes=4096) as server,
        called(line, ports, ear) as call,
        AsyncExitStack() as others,
    ):
        plan = plan_of(server.port, sound=wide, two_way=True, patience_s=30.0)
        before = allocated_bytes()
        streams = [await others.enter_async_context(streaming(line, plan)) for _ in range(STOPPED)]
        for each in streams:
            await each.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        for each in streams:
            await has_stopped(each)
        kept = (allocated_bytes() - before) / STOPPED
        over.set()

    assert kept < MOST_KEPT
