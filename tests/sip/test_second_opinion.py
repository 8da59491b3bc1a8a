"""Messages of media streams beside another's reading and writing of them, that of streamdouble."""

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.flow.program_plans import StreamOrder
from engine.live.streams.greeting import farewell, greeting
from engine.model.stream import MediaStream
from engine.ports import Said, StreamOpened, StreamTrack
from scripts.agent_kits import AGENT_CONNECT, NAMED
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.stream_program import SID
from tests.peers.waiting import eventually
from tests.sip.conftest import Line
from tests.sip.streamed import talking

pytestmark = pytest.mark.sip

TAKEN = (
    {"event": "media", "streamSid": SID, "media": {"payload": "////"}},
    {"streamSid": SID, "media": {"payload": "", "more": [1, {"a": None}]}, "event": "media"},
    {"event": "mark", "streamSid": SID, "mark": {"name": "sécond \U0001f642"}},
    {"event": "clear", "streamSid": SID, "unknown": {"deep": [[[]]]}},
)
NOT_TAKEN = (
    "{", "[]", "null", '"clear"', "{}", '{"event": 1}', '{"event": "clear"}', '{"event": "clear", "streamSid": "MZ1"}',
    *(json.dumps({"streamSid": SID, **each}) for each in (
        {"event": "stop"}, {"event": "media"}, {"event": "media", "media": {"payload": "a-b_"}},
        {"event": "media", "media": "////"}, {"event": "mark", "mark": {}},
    )),
)  # fmt: skip
TEXTS = [json.dumps(each) for each in TAKEN] + list(NOT_TAKEN)


@pytest.fixture(scope="module")
def opinion() -> dict[str, Any]:
    """What the other reads of the texts, and what it writes."""
    try:
        python = AGENT_CONNECT.python(Progress())
    except SetupFailed as failed:
        pytest.skip(str(failed))
    asked = json.dumps({"sid": SID, "texts": TEXTS})
    command = [str(python), str(NAMED / "second_opinion.py")]
    told: dict[str, Any] = json.loads(
        subprocess.run(command, input=asked, capture_output=True, text=True, check=True).stdout
    )
    return told


def shape(message: object) -> object:
    """Names and kinds of values, whatever they are."""
    if isinstance(message, dict):
        return {name: shape(value) for name, value in message.items()}
    return [shape(each) for each in message] if isinstance(message, list) else type(message).__name__


async def test_both_write_the_same_members_and_take_the_same_messages(
    line: Line, ports: Ports, ear: RtpEar, opinion: dict[str, Any]
) -> None:
    order = StreamOrder("wss://a.example/media", parameters=(("shop", "7"),))
    stream = MediaStream(SID, "AC1", "CA1", "", order.url, order.tracks, two_way=True, started_at=datetime.now(UTC))
    told = greeting(stream, order, resumed=False)
    async with talking(line, ports, ear, two_way=True, greeting=told) as (call, program, watch):
        await watch.sees(StreamOpened)
        await watch.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await program.gets("media")
        watch.wire.send("dtmf", {"dtmf": {"track": "inbound_track", "digit": "1"}})
        for text in TEXTS:
            await program.send_text(text)
        await eventually(
            lambda: watch.wire.counts().received_messages >= len(TEXTS),
            within_s=10,
            otherwise=lambda: str(watch.wire.counts()),
        )
        await program.gets("mark")
        unread = watch.wire.counts().unread
        watch.wire.send("stop", farewell(stream))

    assert opinion["read"] == [True] * len(TAKEN) + [False] * len(NOT_TAKEN)
    assert unread == len(NOT_TAKEN)
    ours = {each["event"]: shape(each) for each in reversed(program.messages)}
    assert ours == {each["event"]: shape(each) for each in opinion["written"]}
