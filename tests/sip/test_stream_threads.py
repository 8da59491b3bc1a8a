"""Media streams that begin, end and are asked by several threads at once while sound flows; for `make test-races`.

Each thread of a node takes part: the sockets', the media clock's, the SIP thread, asyncio's, and others that ask.
"""

import asyncio
import json
from contextlib import suppress

import pytest

from engine.ports import Ear, LegId, Said, StreamEnded, StreamOpened, StreamTrack
from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.hostile_programs import media, message
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import CLOSE, PING, TEXT, RawStream, frame, raw_stream_server
from tests.peers.stream_program import SID
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.heard_calls import called
from tests.sip.streamed import StreamWatch, plan_of, streaming, told

pytestmark = pytest.mark.sip

ROUNDS = 6
STREAMS = 4
"""At once; each of them ends in another way."""
TALK = (
    media(SID, bytes(160)) * 10
    + message(SID, "mark", mark={"name": "m"}) * 5
    + frame(PING, b"hi")
    + frame(TEXT, b"no JSON")
)
FLOOD = TALK * 50 + message(SID, "clear")


async def talks(stream: RawStream) -> None:
    """Speak faster than anybody hears, read all that comes, and end as the path says."""
    stream.accept()
    start = json.loads((await stream.read_to(TEXT)).content)
    assert start["event"] == "connected"
    reading = asyncio.create_task(stream.reader.read(-1))
    with suppress(ConnectionError):
        for number in range(40):
            await stream.send(FLOOD if number % 4 == 0 else TALK)
            await asyncio.sleep(0.01)
        if "/closes" in stream.head:
            await stream.send(frame(CLOSE, b"\x03\xe8"))
        elif "/breaks-off" in stream.head:
            stream.writer.transport.abort()
        await reading


def asks(stream: StreamWatch) -> None:
    """What another thread may do with a stream at any time."""
    for number in range(50):
        assert stream.wire.counts().sent_bytes >= 0
        stream.wire.send("dtmf", {"dtmf": {"digit": str(number % 10)}})
        if number % 10 == 0:
            stream.wire.clear()


async def one(line: Line, port: int, leg: LegId, path: str) -> StreamWatch:
    """A stream from its beginning to its end, while its call goes on."""
    plan = plan_of(port, server_path=path, two_way=True, marks_tell=True, patience_s=30.0)
    async with streaming(line, plan) as stream:
        await stream.sees(StreamOpened, within_s=60)
        await stream.wire.hear(Said(leg), StreamTrack.INBOUND)
        await stream.wire.speak(told(leg), Ear(leg))
        asking = asyncio.create_task(asyncio.to_thread(asks, stream))
        await stream.wire.hear(Said(leg), StreamTrack.OUTBOUND)
        await asyncio.sleep(0.3)
        if path == "/is-left":
            await stream.wire.hear_no_more(Said(leg), StreamTrack.INBOUND)
            await stream.wire.close()
        elif path != "/is-closed":
            await stream.sees(StreamEnded, within_s=60)
        await asking
    return stream


async def test_streams_begin_and_end_while_sound_flows_and_other_threads_ask(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    ways = ("/closes", "/breaks-off", "/is-left", "/is-closed")
    ended: dict[str, list[StreamWatch]] = {way: [] for way in ways}
    async with raw_stream_server(talks) as server, called(line, ports, ear) as call:
        ear.say(tone(700, 1, dbov=-18), for_ever=True)

        async def again(way: str) -> None:
            for _ in range(ROUNDS):
                ended[way].append(await one(line, server.port, call.leg.id, way))

        async with asyncio.TaskGroup() as streams:
            for way in ways:
                streams.create_task(again(way))
        since = ear.now_s
        await eventually(lambda: ear.now_s > since + 0.3, within_s=5, otherwise=lambda: "the call goes on")

    assert server.connections == ROUNDS * len(ways)
    for way, code in (("/closes", 1000), ("/breaks-off", 1006)):
        assert [(await each.sees(StreamEnded)).code for each in ended[way]] == [code] * ROUNDS
    for each in (stream for way in ways for stream in ended[way]):
        counts = each.wire.counts()
        assert counts.sent_messages > 0
        assert counts.received_messages > 0
