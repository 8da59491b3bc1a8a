"""A program at the other end of a media stream: a real WebSocket server that keeps what it is sent."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from aiohttp import WSMsgType, web

from tests.peers.audio import Sound
from tests.peers.g711 import PCMU
from tests.peers.socket_server import socket_server
from tests.peers.waiting import eventually

SID: Final = "MZ" + "0" * 32
_LARGEST: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class StreamProgram:
    """The server, and what came in on its one connection."""

    port: int = 0
    sid: str = SID
    """The stream that it speaks on."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Those of each handshake, by their names in small letters."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    close_code: int | None = None
    """The code with which the connection ended."""
    socket: web.WebSocketResponse | None = None

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT, message
            self.messages.append(json.loads(message.data))
        self.close_code = socket.close_code
        return socket

    def of_event(self, event: str) -> list[dict[str, Any]]:
        """The messages of one event, in order."""
        return [each for each in self.messages if each["event"] == event]

    def marks(self) -> list[str]:
        """The names of the marks that came back, in order."""
        return [each["mark"]["name"] for each in self.of_event("mark")]

    def of_track(self, track: str) -> list[dict[str, Any]]:
        """The media of one track, in order."""
        media: list[dict[str, Any]] = [each["media"] for each in self.of_event("media")]
        return [each for each in media if each["track"] == track]

    def heard(self, track: str = "inbound", *, since: int = 0) -> Sound:
        """What a track of µ-law sounded like, but for its first `since` messages."""
        coded = b"".join(base64.b64decode(each["payload"], validate=True) for each in self.of_track(track)[since:])
        return Sound.of_pcm(PCMU.decode(coded), 8000)

    async def says(self, sound: Sound, *, sid: str = "") -> None:
        """Send a sound at once, as one message."""
        await self.says_coded(PCMU.encode(sound.at_rate(8000).pcm), sid=sid)

    async def says_samples(self, sound: Sound) -> None:
        """Send a sound at once, as samples of 16 bits at its own rate."""
        await self.says_coded(sound.pcm.astype("<i2").tobytes())

    async def says_coded(self, coded: bytes, *, sid: str = "") -> None:
        """Send a sound at once, as the stream has it written."""
        payload = base64.b64encode(coded).decode()
        await self.send({"event": "media", "streamSid": sid or self.sid, "media": {"payload": payload}})

    async def marks_here(self, name: str) -> None:
        """Ask for a mark behind all that was said."""
        await self.send({"event": "mark", "streamSid": self.sid, "mark": {"name": name}})

    async def clears(self) -> None:
        await self.send({"event": "clear", "streamSid": self.sid})

    async def send(self, message: object) -> None:
        """Send any message, as JSON."""
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        assert self.socket is not None, "nobody has connected"
        await self.socket.send_str(text)

    async def gets(self, event: str, *, times: int = 1, within_s: float = 10) -> list[dict[str, Any]]:
        """Wait for so many messages of an event."""
        await eventually(
            lambda: len(self.of_event(event)) >= times,
            within_s=within_s,
            otherwise=lambda: f"{times} of {event}; {len(self.messages)} messages came, the last {self.messages[-3:]}",
        )
        return self.of_event(event)


def pcm_of(messages: Sequence[dict[str, Any]]) -> np.ndarray[Any, np.dtype[np.int16]]:
    """The samples of messages of media in L16."""
    coded = b"".join(base64.b64decode(each["media"]["payload"], validate=True) for each in messages)
    return np.frombuffer(coded, np.dtype("<i2"))


@asynccontextmanager
async def stream_program(tls: ssl.SSLContext | None = None) -> AsyncIterator[StreamProgram]:
    """A program that listens on a port of its own."""
    program = StreamProgram()
    async with socket_server("/media", program.answer, tls) as program.port:
        try:
            yield program
        finally:
            if program.socket is not None and not program.socket.closed:
                async with asyncio.timeout(5):
                    await program.socket.close()
