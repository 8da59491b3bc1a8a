"""How late sound is on a media stream, each way, on one measured call among others that are streamed too."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bench.crowds import present
from bench.media_streams.measured_line import MeasuredLine, is_loud
from bench.media_streams.programs import Talking
from bench.node import NUMBER, Node
from bench.scenario import Place, Scenario
from bench.scenarios.streams import another_number, streaming_node
from bench.statistics import Figures, percentiles
from bench.two_lengths import Caller
from tests.peers.audio import tone
from tests.peers.g711 import PCMA
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.waiting import eventually

MEASURED: Final = "+3225550103"
_TIMES: Final = 40
_BRIEFLY: Final = 5
_BURST_S: Final = 0.1
_APART_S: Final = 0.5
_LONG_S: Final = 3.0
_COME_IN_A_S: Final = 20


@dataclass(slots=True)
class TimedProgram:
    """A program that notes when bursts begin, and when marks come back (s, Unix)."""

    sid: str = ""
    socket: web.WebSocketResponse | None = None
    bursts_s: list[float] = field(default_factory=list)
    marks_s: list[float] = field(default_factory=list)
    _sounds: bool = False

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            self._take(json.loads(message.data), time.time())
        return socket

    def _take(self, message: dict[str, object], at_s: float) -> None:
        match message:
            case {"event": "start", "streamSid": str(sid)}:
                self.sid = sid
            case {"event": "media", "media": {"payload": str(payload)}}:
                loud = is_loud(PCMA.decode(base64.b64decode(payload)))
                if loud and not self._sounds:
                    self.bursts_s.append(at_s)
                self._sounds = loud
            case {"event": "mark"}:
                self.marks_s.append(at_s)

    async def says(self, seconds: float) -> float:
        """Send a tone of that length; tells when."""
        payload = base64.b64encode(PCMA.encode(tone(1000, seconds, dbov=-12, rate_hz=8000).pcm)).decode()
        return await self._send("media", media={"payload": payload})

    async def marks(self) -> float:
        """Ask for a mark."""
        return await self._send("mark", mark={"name": "m"})

    async def clears(self) -> float:
        """Throw away what waits."""
        return await self._send("clear")

    async def _send(self, event: str, **members: object) -> float:
        assert self.socket is not None
        at_s = time.time()
        await self.socket.send_str(json.dumps({"event": event, "streamSid": self.sid, **members}))
        return at_s


@dataclass(frozen=True, slots=True)
class StreamDelays:
    """Ours; nobody else does the same."""

    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["StreamDelaysOn"]:
        program = TimedProgram()
        app = web.Application()
        app.router.add_get("/media", program.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            url = f"ws://127.0.0.1:{runner.addresses[0][1]}/media"
            async with (
                streaming_node(place, Talking.TALKS) as (one, _),
                another_number(one, place, MEASURED, url),
            ):
                yield StreamDelaysOn(place, one, program)
        finally:
            await runner.cleanup()


@dataclass(frozen=True, slots=True)
class StreamDelaysOn:
    """A node, and the program of its measured call."""

    place: Place
    one: Node
    program: TimedProgram

    async def measure(self, load: int) -> Figures:
        times = _BRIEFLY if self.place.brief else _TIMES
        lasts_s = load / _COME_IN_A_S + times * 8 * _APART_S + 60
        others = Caller(NUMBER).crowd(load - 1, _COME_IN_A_S, lasts_s)
        with MeasuredLine() as line:
            async with present(others, self.one.sip_port, self.place), raw_caller(self.one.sip_port) as caller:
                caller.called = MEASURED
                answer = await caller.asks("INVITE", body=audio(line.port))
                line.aim(_media_port(answer.body))
                await eventually(lambda: bool(self.program.sid), within_s=20, otherwise=lambda: "no stream began")
                await asyncio.sleep(1)
                figures = await self._measured(line, times)
                await caller.asks("BYE")
        return {"failed": 0.0, **figures}

    async def _measured(self, line: MeasuredLine, times: int) -> Figures:
        to_program = await self._to_program(line, times)
        first, marks = [], []
        for _ in range(times):
            mark_ms, first_ms = await self._from_program(line)
            first.append(first_ms)
            marks.append(mark_ms)
        cleared = [await self._cleared(line) for _ in range(times)]
        return {
            **percentiles("in_to_out_ms", to_program, 0.5, 0.99),
            **percentiles("first_to_line_ms", first, 0.5, 0.99),
            **percentiles("clear_to_last_ms", cleared, 0.95),
            "clear_to_last_ms_worst": max(cleared),
            **percentiles("mark_after_packet_ms", marks, 0.5, 0.99),
            "mark_before_packet_ms_worst": max(0.0, -min(marks)),
        }

    async def _to_program(self, line: MeasuredLine, times: int) -> list[float]:
        """The time from a packet of the caller to the message with its sound (ms)."""
        before = len(self.program.bursts_s)
        for _ in range(times):
            line.burst(_BURST_S)
            await asyncio.sleep(_APART_S)
        pairs = zip(line.bursts_s[-times:], self.program.bursts_s[before:], strict=True)
        return [1000 * (came - went) for went, came in pairs]

    async def _from_program(self, line: MeasuredLine) -> tuple[float, float]:
        """How long after the last packet that sounds a mark came, and the time from the message to the first (ms)."""
        marks = len(self.program.marks_s)
        said_s = await self.program.says(_BURST_S)
        await self.program.marks()
        await eventually(lambda: len(self.program.marks_s) > marks, within_s=5, otherwise=lambda: "no mark came back")
        await asyncio.sleep(_APART_S)
        loud = [each.at_s for each in line.heard if each.loud and each.at_s >= said_s]
        return 1000 * (self.program.marks_s[-1] - loud[-1]), 1000 * (loud[0] - said_s)

    async def _cleared(self, line: MeasuredLine) -> float:
        """The time from a clear to the last packet that sounds (ms)."""
        await self.program.says(_LONG_S)
        await asyncio.sleep(_APART_S)
        cleared_s = await self.program.clears()
        await asyncio.sleep(_APART_S)
        last_s = max(each.at_s for each in line.heard if each.loud)
        return 1000 * (last_s - cleared_s)


def _media_port(description: str) -> int:
    line = next(each for each in description.splitlines() if each.startswith("m=audio "))
    return int(line.split()[1])


SCENARIOS: Final = (
    Scenario(
        "streams-delay", "how late sound is to a program and from it, and what a clear and a mark are off by",
        StreamDelays(), None, (200,), "in_to_out_ms_p99", by_name_only=True, longest_s=900.0,
    ),
)  # fmt: skip
