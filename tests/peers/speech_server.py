"""A speech server of an operator's own, as the engine `server` asks it; it can be slowed, spoilt, stopped and started.

What it says is a tone of HZ for as long as the words take: no voice is like it, so whoever hears it knows who spoke.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import soundfile
from aiohttp import web

from tests.peers.audio import tone

HZ: Final = 800.0
RATE_HZ: Final = 24_000
KEY: Final = "sesame"
PATH: Final = "/v1/audio/speech"
_SECONDS_PER_CHARACTER: Final = 0.06
_HURRY_S: Final = 2.0


@dataclass(slots=True)
class SpeechPeer:
    """`status` other than 200 is answered as it is, with `headers`; `body` is sent in the place of speech.

    `wait_s` passes before each answer. With `cut`, half the sound is sent and then nothing: the connection is closed.
    `failing` answers are made first, with 503.
    """

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = ""
    wait_s: float = 0.0
    cut: bool = False
    failing: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def words(self) -> list[str]:
        """What it was asked to say, in order."""
        return [each["input"] for each in self.asked]

    async def start(self) -> None:
        """Listen: on the port of before if there is one."""
        app = web.Application()
        app.router.add_post(PATH, self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=_HURRY_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nobody listens any more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        question = await request.json()
        self.asked.append(question)
        self.keys.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.wait_s)
        if self.failing > 0:
            self.failing -= 1
            return web.Response(status=503, headers=self.headers)
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        body = self.body if self.body is not None else said(question)
        kind = self.content_type or ("audio/pcm" if question["response_format"] == "pcm" else "audio/wav")
        if not self.cut:
            return web.Response(body=body, content_type=kind, headers=self.headers)
        answer = web.StreamResponse(headers={"Content-Type": kind, "Content-Length": str(len(body))})
        await answer.prepare(request)
        await answer.write(body[: len(body) // 2])
        assert request.transport is not None
        request.transport.close()
        return answer


def said(question: dict[str, Any]) -> bytes:
    """A tone as long as the words, in the format that is asked for."""
    seconds = len(question["input"]) * _SECONDS_PER_CHARACTER / question["speed"]
    sound = tone(HZ, seconds, rate_hz=RATE_HZ)
    if question["response_format"] == "pcm":
        return sound.pcm.astype("<i2").tobytes()
    return wav(sound.samples)


def wav(samples: np.ndarray[Any, Any], rate_hz: int = RATE_HZ) -> bytes:
    """A 16-bit WAV file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, subtype="PCM_16", format="WAV")
    return file.getvalue()


@asynccontextmanager
async def speech_peer() -> AsyncIterator[SpeechPeer]:
    """A server on a free loopback port."""
    peer = SpeechPeer()
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()
