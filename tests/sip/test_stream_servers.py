"""Media streams to servers that refuse, lie, flood, hang or break off: calls go on, and nothing grows."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import MediaError
from engine.ports import (
    Ear,
    Said,
    StreamEncoding,
    StreamEnded,
    StreamFormat,
    StreamOpened,
    StreamTrack,
)
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import BINARY, CLOSE, PING, TEXT, RawStream, frame, raw_stream_server
from tests.peers.stream_program import SID, stream_program
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.heard_calls import called
from tests.sip.streamed import GREETING, plan_of, streaming, told

pytestmark = pytest.mark.sip

QUICK: dict[str, Any] = {"patience_s": 1.0, "ping_every_s": 0.3}


@pytest.mark.parametrize(
    ("answer", "code", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/\r\n\r\n", 302, "302"),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", 401, "401"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", 500, "500"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 1006, "not HTTP/1.1"),
        (b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 1006, "Sec-WebSocket-Accept"),
        (b"HTTP/1.1 101 " + b"x" * 20000, 1006, "16 KiB"),
        (b"", 1006, "ended the connection"),
    ],
)
async def test_a_handshake_that_is_refused_or_none_ends_the_stream_and_says_why(
    line: Line, answer: bytes, code: int, why: str
) -> None:
    async def refuse(stream: RawStream) -> None:
        await stream.send(answer)

    async with raw_stream_server(refuse) as server, streaming(line, plan_of(server.port)) as stream:
        ended = await stream.sees(StreamEnded)

    assert ended.code == code
    assert why in ended.why
    assert not any(isinstance(each, StreamOpened) for each in stream.seen)


async def test_an_answer_to_another_key_opens_nothing(line: Line) -> None:
    async def another(stream: RawStream) -> None:
        stream.accept("AAAAAAAAAAAAAAAAAAAAAA==")
        await asyncio.sleep(1)

    async with raw_stream_server(another) as server, streaming(line, plan_of(server.port)) as stream:
        assert "Sec-WebSocket-Accept" in (await stream.sees(StreamEnded)).why


async def test_who_takes_the_connection_and_says_nothing_or_a_byte_a_while_is_left(line: Line) -> None:
    async def silent(stream: RawStream) -> None:
        await stream.reader.read()

    async def slow(stream: RawStream) -> None:
        for byte in b"HTTP/1.1 101 Switching Protocols\r\n":
            await stream.send(bytes([byte]))
            await asyncio.sleep(0.2)

    for behaviour in (silent, slow):
        async with raw_stream_server(behaviour) as server, streaming(line, plan_of(server.port, **QUICK)) as stream:
            assert (await stream.sees(StreamEnded)).why == "the server does not answer"


async def test_where_nobody_listens_the_stream_ends_at_once(line: Line, ports: Ports) -> None:
    async with streaming(line, plan_of(ports.block(2))) as stream:
        assert (await stream.sees(StreamEnded)).why == "Connection refused"


async def test_a_flood_of_pings_to_whoever_reads_no_pong_asks_for_no_memory(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    async def flood(stream: RawStream) -> None:
        stream.accept()
        for _ in range(400):
            await stream.send(frame(PING, b"x" * 125) * 100)

    async with raw_stream_server(flood, receive_bytes=4096) as server, called(line, ports, ear) as call:
        async with streaming(line, plan_of(server.port, patience_s=2.0)) as stream:
            await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
            most = 0
            while not any(isinstance(each, StreamEnded) for each in stream.seen):
                most = max(most, stream.wire.counts().waiting_bytes)
                await asyncio.sleep(0.02)
        assert most < 256 * 1024
        since = ear.now_s
        await eventually(lambda: ear.now_s > since + 0.3, within_s=5, otherwise=lambda: "the call goes on")


async def test_a_flood_of_marks_that_is_read_comes_back_whole_and_asks_nothing_of_python(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    mark = frame(TEXT, json.dumps({"event": "mark", "streamSid": SID, "mark": {"name": "m"}}).encode())
    came = bytearray()
    most = asyncio.Event()

    async def flood(stream: RawStream) -> None:
        stream.accept()
        reading = asyncio.create_task(read(stream))
        while not most.is_set():
            await stream.send(mark * 1000)
        await stream.send(frame(CLOSE, b"\x03\xe8"))
        await reading

    async def read(stream: RawStream) -> None:
        while (found := await stream.read_frame()).opcode != CLOSE:
            came.append(found.opcode)

    async with (
        raw_stream_server(flood) as server,
        called(line, ports, ear) as call,
        streaming(line, plan_of(server.port, two_way=True)) as stream,
    ):
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        waited = 0
        while stream.wire.counts().marks < 50_000:
            waited = max(waited, stream.wire.counts().waiting_bytes)
            await asyncio.sleep(0.02)
        most.set()
        ended = await stream.sees(StreamEnded, within_s=60)
        await server.done.wait()

    assert stream.seen == [StreamOpened(), ended]
    assert ended.code == 1000
    assert waited < 64 * 1024
    assert stream.wire.counts().unread == 0
    assert len(came) == stream.wire.counts().marks + len(GREETING)


async def test_a_server_that_does_not_read_loses_the_newest_and_sees_by_the_chunks_what_it_lost(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    messages: list[dict[str, Any]] = []
    reads = asyncio.Event()

    async def sleepy(stream: RawStream) -> None:
        stream.accept()
        await reads.wait()
        while (read := await stream.read_frame()).opcode != CLOSE:
            if read.opcode == TEXT:
                messages.append(json.loads(read.content))

    wide = StreamFormat(StreamEncoding.L16, 24000)
    async with (
        raw_stream_server(sleepy, receive_bytes=4096) as server,
        called(line, ports, ear) as call,
        streaming(line, plan_of(server.port, patience_s=60.0, sound=wide)) as stream,
    ):
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await eventually(
            lambda: stream.wire.counts().dropped_ms >= 400,
            within_s=20,
            otherwise=lambda: str(stream.wire.counts()),
        )
        assert stream.wire.counts().waiting_bytes <= 64 * 1024
        reads.set()
        dropped = await _none_dropped_for(stream.wire.counts, 0.5)
        chunks = [int(each["media"]["chunk"]) for each in messages if each["event"] == "media"]
        times = [int(each["media"]["timestamp"]) for each in messages if each["event"] == "media"]

    assert chunks == sorted(set(chunks))
    assert times == [20 * (chunk - 1) for chunk in chunks]
    assert chunks[-1] - len(chunks) == dropped // 20


async def _none_dropped_for(counts: Any, seconds: float) -> int:
    """Wait until nothing has been dropped for so long; how many ms were in all."""
    before = -1
    while (now := counts().dropped_ms) != before or counts().waiting_bytes > 4096:
        before = now
        await asyncio.sleep(seconds)
    return int(now)


async def test_a_server_that_never_reads_and_one_that_answers_no_ping_are_left(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    async def hang(stream: RawStream) -> None:
        stream.accept()
        await asyncio.sleep(30)

    async def no_pong(stream: RawStream) -> None:
        stream.accept()
        await stream.reader.read()

    reasons = []
    async with called(line, ports, ear) as call:
        for behaviour in (hang, no_pong):
            async with raw_stream_server(behaviour, receive_bytes=4096) as server:
                wide = StreamFormat(StreamEncoding.L16, 24000)
                async with streaming(line, plan_of(server.port, sound=wide, **QUICK)) as stream:
                    await stream.sees(StreamOpened)
                    await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
                    reasons.append((await stream.sees(StreamEnded)).why)

    assert reasons[0] in ("the server does not read", "the server answers no ping")
    assert reasons[1] == "the server answers no ping"


async def test_a_server_that_answers_pings_is_kept_and_the_way_to_it_is_measured(line: Line) -> None:
    async with stream_program() as program, streaming(line, plan_of(program.port, **QUICK)) as stream:
        await stream.sees(StreamOpened)
        await asyncio.sleep(2.5)
        assert not any(isinstance(each, StreamEnded) for each in stream.seen)
        assert stream.wire.counts().ping_ms is not None


@pytest.mark.parametrize("step", ["connected", "shaken", "greeted", "in a frame"])
async def test_a_connection_that_breaks_off_ends_the_stream_and_the_call_goes_on(
    line: Line, ports: Ports, ear: RtpEar, step: str
) -> None:
    async def break_off(stream: RawStream) -> None:
        if step != "connected":
            stream.accept()
        if step in ("greeted", "in a frame"):
            await stream.read_to(TEXT)
        if step == "in a frame":
            await stream.send(frame(BINARY, b"begun", length=1000))
        stream.writer.transport.abort()

    async with raw_stream_server(break_off) as server, called(line, ports, ear) as call:
        async with streaming(line, plan_of(server.port, two_way=True)) as stream:
            await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
            assert (await stream.sees(StreamEnded)).code == 1006
        since = ear.now_s
        await eventually(lambda: ear.now_s > since + 0.3, within_s=5, otherwise=lambda: "the call goes on")


async def test_threads_and_descriptors_do_not_grow_with_streams(line: Line, ports: Ports, ear: RtpEar) -> None:
    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/task").iterdir())), len(list(Path("/proc/self/fd").iterdir()))

    async def one(port: int, leg: Any) -> None:
        async with streaming(line, plan_of(port, two_way=True)) as stream:
            await stream.sees(StreamOpened)
            await stream.wire.hear(Said(leg), StreamTrack.INBOUND)
            await stream.wire.speak(told(leg), Ear(leg))

    async with stream_program() as program, called(line, ports, ear) as call:
        for _ in range(5):
            await one(program.port, call.leg.id)
        await asyncio.sleep(0.5)
        before = held()
        for _ in range(100):
            await one(program.port, call.leg.id)
        await eventually(lambda: held() <= before, within_s=5, otherwise=lambda: f"{before}, now {held()}")
        assert line.agent.streams._news._told == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"sound": StreamFormat(StreamEncoding.MULAW, 16000)},
        {"sound": StreamFormat(StreamEncoding.L16, 44100)},
        {"server_headers": (("X-Evil", "1\r\nHost: other"),)},
        {"server_path": "/media HTTP/1.1\r\nX: y"},
    ],
)
async def test_a_plan_that_is_none_begins_nothing(line: Line, fields: dict[str, Any]) -> None:
    with pytest.raises(MediaError):
        line.agent.streams.open(plan_of(1, **fields))

    assert len(line.agent.streams) == 0
