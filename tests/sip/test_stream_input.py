"""What a program may send on a media stream, and what happens where it sends anything else."""

import base64
import json
from collections.abc import Sequence
from typing import Any, Final

import pytest

from engine.ports import (
    Ear,
    MessageUnread,
    StreamEncoding,
    StreamEnded,
    StreamFormat,
)
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import CLOSE, PING, TEXT, RawStream, frame, masked, raw_stream_server
from tests.peers.stream_program import SID, stream_program
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.streamed import plan_of, streaming, talking, told

pytestmark = pytest.mark.sip


def message(event: str, **members: object) -> str:
    """A message of the program's, as text."""
    return json.dumps({"event": event, "streamSid": SID, **members})


def media(coded: bytes) -> str:
    return message("media", media={"payload": base64.b64encode(coded).decode()})


WHY: Final = {1002: "no WebSocket's", 1007: "not UTF-8", 1009: "more than 1048576 bytes"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(TEXT, b"{}", reserved=4), 1002, id="compressed"),
        pytest.param(frame(TEXT, b"{}", reserved=1), 1002, id="a reserved bit"),
        pytest.param(masked(TEXT, b"{}"), 1002, id="masked"),
        pytest.param(frame(3, b"{}"), 1002, id="an unknown opcode"),
        pytest.param(frame(PING, b"hi", final=False), 1002, id="a ping in pieces"),
        pytest.param(frame(PING, b"x" * 200), 1002, id="a long ping"),
        pytest.param(frame(0, b"{}"), 1002, id="goes on with nothing"),
        pytest.param(frame(TEXT, b"{", final=False) + frame(TEXT, b"}"), 1002, id="one within another"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a code"),
        pytest.param(frame(TEXT, b"", length=1 << 30), 1009, id="claims a gigabyte"),
        pytest.param(frame(TEXT, b'{"media":{"payload":"' + b"A" * 1024 * 1024), 1009, id="a payload of a megabyte"),
        pytest.param(frame(TEXT, b" " * 700_000, final=False) + frame(0, b" " * 700_000), 1009, id="long in all"),
        pytest.param(frame(TEXT, b"\xc3\x28"), 1007, id="not UTF-8"),
        pytest.param(b"\x00" * 100, 1002, id="zeros"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", 1002, id="HTTP once more"),
    ],
)
async def test_a_frame_that_is_none_closes_with_its_code(line: Line, sent: bytes, code: int) -> None:
    codes = []

    async def wrong(stream: RawStream) -> None:
        stream.accept()
        await stream.send(sent)
        codes.append((await stream.read_to(CLOSE)).close_code)

    async with raw_stream_server(wrong) as server, streaming(line, plan_of(server.port, two_way=True)) as stream:
        ended = await stream.sees(StreamEnded)
        await server.done.wait()

    assert codes == [code]
    assert ended.code == code
    assert WHY[code] in ended.why


BAD: Sequence[tuple[str, str]] = (
    ("so much for JSON", "not a JSON object"),
    ("[1]", "not a JSON object"),
    (json.dumps({"event": "media", "media": {"payload": "AAAA"}}), "without streamSid"),
    (message("media", media={"payload": "no base64"}), "not base64"),
    (message("media", media={"payload": "AAA"}), "not base64"),
    (message("media", media={}), "without media.payload"),
    (message("dance"), "unknown event dance"),
    (json.dumps({"event": "clear", "streamSid": "MZ1"}), "another stream's"),
    (message("mark", mark={"name": "x" * 10_000}), "longer than 1024 bytes"),
    (message("mark"), "without mark.name"),
)


@pytest.mark.parametrize(("sent", "why"), BAD)
async def test_a_message_that_is_none_is_told_and_the_stream_goes_on(line: Line, sent: str, why: str) -> None:
    async with stream_program() as program, streaming(line, plan_of(program.port, two_way=True)) as stream:
        await program.gets("start")
        await program.send_text(sent)
        unread = await stream.sees(MessageUnread)
        await program.marks_here("still here")
        await program.clears()
        await program.gets("mark")

    assert why in unread.why
    assert stream.wire.counts().unread == 1


async def test_binary_half_samples_and_whatever_a_one_way_stream_is_sent_are_told_too(line: Line) -> None:
    wide = StreamFormat(StreamEncoding.L16, 16000)
    plan: dict[str, Any] = {"two_way": True, "sound": wide}
    async with stream_program() as program, streaming(line, plan_of(program.port, **plan)) as stream:
        await program.gets("start")
        assert program.socket is not None
        await program.socket.send_bytes(b"\x00" * 320)
        await program.send_text(media(b"123"))
        reasons = [(await stream.sees(MessageUnread, times=times)).why for times in (1, 2)]
    async with stream_program() as program, streaming(line, plan_of(program.port)) as stream:
        await program.gets("start")
        await program.clears()
        reasons.append((await stream.sees(MessageUnread)).why)

    assert reasons == ["it is binary", "its samples are not whole", "a stream of one way takes nothing"]


async def test_the_first_ten_bad_messages_are_told_and_all_are_counted(line: Line) -> None:
    async with stream_program() as program, streaming(line, plan_of(program.port, two_way=True)) as stream:
        await program.gets("start")
        for _ in range(200):
            await program.send_text("no")
        await eventually(
            lambda: stream.wire.counts().unread == 200, within_s=10, otherwise=lambda: str(stream.wire.counts())
        )

    assert len([each for each in stream.seen if isinstance(each, MessageUnread)]) == 10


async def test_a_hundred_thousand_marks_come_back_in_order_where_nothing_waits(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        await program.gets("start")
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        for number in range(100_000):
            await program.send_text(message("mark", mark={"name": str(number)}))
        await program.gets("mark", times=100_000, within_s=60)

    assert program.marks() == [str(number) for number in range(100_000)]


async def test_ten_minutes_of_sound_wait_and_the_newest_beyond_are_refused(line: Line) -> None:
    async with stream_program() as program, streaming(line, plan_of(program.port, two_way=True)) as stream:
        await program.gets("start")
        minute = media(b"\xff" * 60 * 8000)
        for _ in range(30):
            await program.send_text(minute)
        await eventually(lambda: stream.wire.counts().unread == 20, within_s=20, otherwise=lambda: "twenty are refused")
        counts = stream.wire.counts()
        stream.wire.clear()
        assert stream.wire.counts().waiting_ms == 0

    assert counts.waiting_ms == 600_000
    assert counts.refused_ms == 20 * 60_000
    assert "more than ten minutes" in (await stream.sees(MessageUnread)).why


async def test_a_message_in_fragments_with_a_ping_between_is_one_message(line: Line) -> None:
    text = message("mark", mark={"name": "in pieces"}).encode()
    pongs: list[bytes] = []
    marks: list[dict[str, Any]] = []

    async def fragment(stream: RawStream) -> None:
        stream.accept()
        await stream.send(frame(TEXT, text[:10], final=False) + frame(PING, b"are you there"))
        await stream.send(frame(0, text[10:30], final=False) + frame(0, text[30:]))
        pongs.append((await stream.read_to(10)).content)
        await stream.send(frame(TEXT, message("clear").encode()))
        while not marks:
            said = json.loads((await stream.read_to(TEXT)).content)
            marks.extend([said["mark"]] if said["event"] == "mark" else [])
        await stream.read_to(CLOSE)
        await stream.send(frame(CLOSE, b"\x03\xe8"))

    plan = {"two_way": True, "marks_tell": True}
    async with raw_stream_server(fragment) as server, streaming(line, plan_of(server.port, **plan)):
        await server.done.wait()

    assert pongs == [b"are you there"]
    assert marks == [{"name": "in pieces", "cleared": True}]
