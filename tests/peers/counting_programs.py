"""Programs behind media streams that count every message: what is missing, doubled or out of order, and what they hear.

One that talks says numbered sound without end (`Connect`): three seconds ahead, and one more for each mark that comes
back. One that listens says nothing.
"""

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.peers.g711 import PCMA, PCMU, Law
from tests.peers.numbered_sound import LAWS, Form, NumberedEar, NumberedVoice, in_pieces
from tests.peers.socket_server import socket_server

FIRST_PROGRAM: Final = 0x80
"""The speaker that the first program is, and each that comes as many later; callers are those before it."""
OF_ENCODING: Final[dict[str, Law | None]] = {"mulaw": PCMU, "alaw": PCMA, "l16": None}
SPOKEN_IN: Final[dict[str, Law]] = {"mulaw": PCMU, "alaw": PCMA, "l16": PCMU}
"""The law whose values a program's sound has, where it is sent as samples too."""
_SECOND: Final = 50
_AHEAD_S: Final = 3
_MOST_FAULTS: Final = 200
_FIRST: Final = 100


@dataclass(slots=True)
class Numbers:
    """The numbers of a stream's messages; what does not go on by one is a fault."""

    messages: int = 0
    sequence: int = 0
    chunk: int = 0
    timestamps: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def take(self, message: dict[str, Any]) -> None:
        self.messages += 1
        if message["event"] == "connected":
            return
        self.sequence = self._expect("sequenceNumber", message["sequenceNumber"], self.sequence + 1)
        if media := message.get("media"):
            self.chunk = self._expect("chunk", media["chunk"], self.chunk + 1)
            track, due = media["track"], self.timestamps.get(media["track"], 0)
            self.timestamps[track] = self._expect(f"timestamp of {track}", media["timestamp"], due) + 20

    def _expect(self, name: str, told: str, due: int) -> int:
        """What was told, from which it goes on."""
        if told != str(due) and len(self.faults) < _MOST_FAULTS:
            self.faults.append(f"{name} {told}, not {due}")
        return int(told)


@dataclass(slots=True)
class CountingProgram:
    """One connection; `caller_law` is that of the telephone that it hears in `inbound`."""

    encoding: str
    socket: web.WebSocketResponse
    caller_law: Law
    voice: NumberedVoice | None = None
    numbers: Numbers = field(default_factory=Numbers)
    ears: dict[str, NumberedEar] = field(default_factory=dict)
    call: str = ""
    sid: str = ""
    marks: int = 0
    """Marks that came back in their order."""
    wrong_marks: list[str] = field(default_factory=list)
    seconds_said: int = 0
    first_media_at_s: list[float] = field(default_factory=list)
    """When (Unix time) the first messages of sound came."""
    ends: bool = False
    close_code: int | None = None

    async def serve(self) -> None:
        async for message in self.socket:
            assert message.type is WSMsgType.TEXT, message
            await self._take(json.loads(message.data))
        self.close_code = self.socket.close_code

    def told(self) -> dict[str, Any]:
        names = ("encoding", "call", "marks", "wrong_marks", "seconds_said", "close_code")
        return {
            **{name: getattr(self, name) for name in names},
            "messages": self.numbers.messages,
            "wrong_numbers": self.numbers.faults,
            "heard": {track: each.told() for track, each in self.ears.items()},
            "speaker": self.voice.speaker if self.voice else None,
        }

    async def _take(self, message: dict[str, Any]) -> None:
        self.numbers.take(message)
        match message["event"]:
            case "start":
                self.sid, self.call = message["streamSid"], message["start"]["callSid"]
                for _ in range(_AHEAD_S if self.voice else 0):
                    await self._say_a_second()
            case "media":
                if len(self.first_media_at_s) < _FIRST:
                    self.first_media_at_s.append(time.time())
                track = message["media"]["track"]
                self._ear(track).take(base64.b64decode(message["media"]["payload"], validate=True))
            case "mark":
                await self._take_mark(message["mark"]["name"])

    def _ear(self, track: str) -> NumberedEar:
        if track not in self.ears:
            said_in = self.caller_law if track == "inbound" else SPOKEN_IN[self.encoding]
            self.ears[track] = NumberedEar(Form(said_in, OF_ENCODING[self.encoding]))
        return self.ears[track]

    async def _take_mark(self, name: str) -> None:
        if name == f"second {self.marks}":
            self.marks += 1
        else:
            self.wrong_marks.append(f"{name}, not second {self.marks}")
        if not self.ends:
            await self._say_a_second()
        elif self.marks == self.seconds_said:
            await self.socket.close()

    async def _say_a_second(self) -> None:
        assert self.voice is not None, "it only listens"
        form = Form(SPOKEN_IN[self.encoding], OF_ENCODING[self.encoding])
        for piece in in_pieces(self.voice, form, self.seconds_said * _SECOND, _SECOND):
            await self._send("media", media={"payload": base64.b64encode(piece).decode()})
        await self._send("mark", mark={"name": f"second {self.seconds_said}"})
        self.seconds_said += 1

    async def _send(self, event: str, **members: Any) -> None:
        await self.socket.send_str(json.dumps({"event": event, "streamSid": self.sid, **members}))


@dataclass(slots=True)
class CountingPrograms:
    """All of them; `talking` speak, `listening` only hear."""

    port: int = 0
    talking: list[CountingProgram] = field(default_factory=list)
    listening: list[CountingProgram] = field(default_factory=list)

    def url(self, does: str, law: Law, encoding: str) -> str:
        """Where a program is that `talks` or `listens` to a telephone of this law."""
        return f"ws://127.0.0.1:{self.port}/{does}/{law.name}/{encoding}"

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What all have counted."""
        return {
            "talking": [each.told() for each in self.talking],
            "listening": [each.told() for each in self.listening],
        }

    def end(self) -> None:
        """Have those that speak finish their second and close."""
        for each in self.talking:
            each.ends = True

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        does, law, encoding = (request.match_info[name] for name in ("does", "law", "encoding"))
        beside = self.talking if does == "talks" else self.listening
        speaker = FIRST_PROGRAM + len(beside) % FIRST_PROGRAM
        voice = NumberedVoice(speaker, SPOKEN_IN[encoding]) if does == "talks" else None
        program = CountingProgram(encoding, socket, LAWS[law], voice)
        beside.append(program)
        await program.serve()
        return socket


@asynccontextmanager
async def counting_programs() -> AsyncIterator[CountingPrograms]:
    """They listen on a port of their own."""
    served = CountingPrograms()
    async with socket_server("/{does}/{law}/{encoding}", served.answer) as served.port:
        yield served
