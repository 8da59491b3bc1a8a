"""Programs behind a media stream that answer a caller who has spoken: one as it should be, and others with faults."""

import asyncio
import base64
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from aiohttp import WSMsgType, web
from numpy.typing import NDArray

from tests.peers.audio import tone
from tests.peers.g711 import PCMU
from tests.peers.served_programs import ServedPrograms, served_programs

_SILENT_FRAMES: Final = 15
"""After so many a caller has done speaking."""
_LOUD: Final = 200


@dataclass(frozen=True, slots=True)
class AgentManner:
    """How such a program behaves. Seconds of tone are what it says."""

    greeting_s: float = 0.0
    answer_s: float = 3.0
    clears: bool = True
    talks_on: bool = False
    """Whether it sends more of its old sentence behind a clear."""
    in_pieces: bool = False
    """Whether it sends each half second of its sound 200 ms too late."""
    marks: bool = True
    says_first: tuple[str, ...] = ()
    """Messages that it sends at the beginning, MZ standing for the stream's own identifier."""
    binary: bytes = b""
    closes_with: int | None = None
    """The code with which it closes when the caller has spoken."""


@dataclass(slots=True)
class StreamAgent:
    """One conversation of such a program."""

    manner: AgentManner
    socket: web.WebSocketResponse
    sid: str = ""
    speaks: bool = False
    spoke: bool = False
    silent: int = 0
    started: dict[str, Any] = field(default_factory=dict)
    keys: str = ""
    marks: list[str] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                await self._take(json.loads(message.data))
        for task in self.tasks:
            task.cancel()

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("event"):
            case "start":
                self.started, self.sid = message["start"], message["streamSid"]
                await self._begin()
            case "media":
                await self._hear(base64.b64decode(message["media"]["payload"]))
            case "dtmf":
                self.keys += message["dtmf"]["digit"]
            case "mark":
                self.marks.append(message["mark"]["name"])
                self.speaks = False

    async def _begin(self) -> None:
        for text in self.manner.says_first:
            await self.socket.send_str(text.replace("MZ", self.sid))
        if self.manner.binary:
            await self.socket.send_bytes(self.manner.binary)
        if self.manner.greeting_s:
            await self._say(self.manner.greeting_s)

    async def _hear(self, coded: bytes) -> None:
        loud = np.abs(self._samples(coded).astype(np.int32)).mean() > _LOUD
        if loud and self.speaks and not self.spoke and self.manner.clears:
            self.speaks = False
            await self._send("clear")
            if self.manner.talks_on:
                await self._media(1.0)
        self.spoke, self.silent = self.spoke or loud, 0 if loud else self.silent + 1
        if self.spoke and self.silent >= _SILENT_FRAMES:
            self.spoke = False
            await self._answer()

    async def _answer(self) -> None:
        if self.manner.closes_with is not None:
            await self.socket.close(code=self.manner.closes_with)
        elif self.manner.answer_s:
            await self._say(self.manner.answer_s)

    async def _say(self, seconds: float) -> None:
        self.speaks = True
        if self.manner.in_pieces:
            task = asyncio.create_task(self._dribble(seconds))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            return
        await self._media(seconds)
        if self.manner.marks:
            await self._send("mark", mark={"name": "said"})

    async def _dribble(self, seconds: float) -> None:
        for _ in range(round(2 * seconds)):
            await self._media(0.5)
            await asyncio.sleep(0.7)

    async def _media(self, seconds: float) -> None:
        pcm = tone(700, seconds, dbov=-18, rate_hz=self._rate_hz or 8000).pcm
        coded = pcm.astype("<i2").tobytes() if self._rate_hz else PCMU.encode(pcm)
        await self._send("media", media={"payload": base64.b64encode(coded).decode()})

    @property
    def _rate_hz(self) -> int:
        """The rate of samples of 16 bits; 0 where µ-law is spoken."""
        spoken = self.started["mediaFormat"]
        return int(spoken["sampleRate"]) if spoken["encoding"] == "audio/x-l16" else 0

    def _samples(self, coded: bytes) -> NDArray[np.int16]:
        return np.frombuffer(coded, np.dtype("<i2")) if self._rate_hz else PCMU.decode(coded)

    async def _send(self, event: str, **members: Any) -> None:
        if not self.socket.closed:
            await self.socket.send_str(json.dumps({"event": event, "streamSid": self.sid, **members}))


ServedAgents = ServedPrograms[StreamAgent]


def stream_agents(**manners: AgentManner) -> AbstractAsyncContextManager[ServedAgents]:
    """They listen on a port of their own, each at the path of its name."""
    return served_programs(lambda name, socket: StreamAgent(manners[name], socket))
