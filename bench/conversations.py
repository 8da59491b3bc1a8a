"""Conversations of callers with a program by text (ConversationRelay), in which each message and packet is timed."""

import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from aiohttp import web

from bench.media_streams.measured_line import MeasuredLine
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.socket_server import socket_server
from tests.peers.waiting import eventually

SAID_BEFORE: Final = "said_before"
_CALLERS: Final = "+3247000{:04}"
_SOUNDS_OVER: Final = 100
"""Mean amplitude from which 20 ms of a voice on a line without noise sound."""
_BEGINS_WITHIN_S: Final = 30.0
_ANSWERED_WITHIN_S: Final = 15.0
_PAUSE_S: Final = (0.3, 1.3)
"""Before a person speaks again."""


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """A kind of answer in two sentences: in its language, with `{}` in the first for what nobody has said before."""

    name: str
    language: str
    first: str
    second: str


@dataclass(slots=True)
class TimedTalk:
    """A conversation as its program sees it; times are Unix seconds."""

    socket: web.WebSocketResponse
    prompts_s: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    played: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """Sentences that were heard to their end."""
    errors: list[str] = field(default_factory=list)

    def take(self, message: dict[str, Any], at_s: float) -> None:
        match message:
            case {"type": "prompt", "last": True}:
                self.prompts_s.put_nowait(at_s)
            case {"type": "info", "name": "tokensPlayed", "value": str(sentence)}:
                self.played.put_nowait(sentence)
            case {"type": "error", "description": str(why)}:
                self.errors.append(why)

    def forget(self) -> None:
        """What came of an earlier turn, too late for it."""
        self.prompts_s, self.played = asyncio.Queue(), asyncio.Queue()

    async def says(self, first: str, second: str, language: str) -> float:
        """A turn of two sentences, in two messages; tells when the first was sent."""
        at_s = time.time()
        await self._send(f"{first} ", language, last=False)
        await self._send(second, language, last=True)
        return at_s

    async def _send(self, token: str, language: str, *, last: bool) -> None:
        await self.socket.send_str(json.dumps({"type": "text", "token": token, "lang": language, "last": last}))


@dataclass(slots=True)
class TimedTalks:
    """The program, and its conversations by the caller's number."""

    port: int = 0
    by_caller: dict[str, TimedTalk] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1000))
    """Each makes a sentence that nobody has said before."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/talk"

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        talk = TimedTalk(socket)
        async for frame in socket:
            at_s, message = time.time(), json.loads(frame.data)
            if message["type"] == "setup":
                self.by_caller[message["from"]] = talk
            talk.take(message, at_s)
        return socket


@asynccontextmanager
async def timed_talks() -> AsyncIterator[TimedTalks]:
    """The program listens while inside."""
    talks = TimedTalks()
    async with socket_server("/talk", talks.answer) as talks.port:
        yield talks


@dataclass(slots=True)
class Waits:
    """How long was waited in all turns, in ms."""

    prompt: list[float] = field(default_factory=list)
    """From the last packet that sounds of the person to the prompt."""
    first: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """From the message with a whole sentence to the first packet that sounds, by the answer's kind."""
    failed: int = 0
    """Turns that came to nothing."""


@asynccontextmanager
async def conversations(talks: TimedTalks, sip_port: int, number: int) -> AsyncIterator["Sequence[Conversation]"]:
    """So many calls that converse with the program. Raises AssertionError where one does not come to that."""
    async with AsyncExitStack() as stack:
        yield [await _begun(stack, talks, sip_port, _CALLERS.format(each)) for each in range(number)]


async def _begun(stack: AsyncExitStack, talks: TimedTalks, sip_port: int, caller: str) -> "Conversation":
    line = stack.enter_context(MeasuredLine(_SOUNDS_OVER))
    raw = await stack.enter_async_context(raw_caller(sip_port))
    raw.from_ = f"<sip:{caller}@127.0.0.1>;tag=raw"
    talks.by_caller.pop(caller, None)
    answer = await raw.calls_until_taken(audio(line.port))
    if answer.sdp is None:
        raise AssertionError(f"answered {answer.code}")
    line.aim(answer.sdp.port)
    stack.push_async_callback(raw.asks, "BYE")
    talk = await eventually(
        lambda: talks.by_caller.get(caller), within_s=_BEGINS_WITHIN_S, otherwise=lambda: "no conversation began"
    )
    return Conversation(talks, talk, line)


@dataclass(slots=True)
class Conversation:
    """One call: its line, and its program."""

    talks: TimedTalks
    talk: TimedTalk
    line: MeasuredLine

    async def goes_on(self, turns: Sequence[tuple[Sequence[bytes], AnswerKind]], waits: Waits) -> None:
        """Let the person say a sentence in each turn, frames in A-law, and the program answer it."""
        for said, kind in turns:
            await asyncio.sleep(random.uniform(*_PAUSE_S))
            try:
                await self._turn(said, kind, waits)
            except TimeoutError:
                waits.failed += 1

    async def _turn(self, said: Sequence[bytes], kind: AnswerKind, waits: Waits) -> None:
        self.talk.forget()
        self.line.say(said)
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            prompt_s = await self.talk.prompts_s.get()
            waits.prompt.append(1000 * (prompt_s - self.line.last_loud_s))
            first = kind.first.format(next(self.talks.numbers))
            said_s = await self.talk.says(first, kind.second, kind.language)
            while await self.talk.played.get() != kind.second:
                """The first is heard."""
        first_s = next(each.at_s for each in self.line.heard if each.loud and each.at_s >= said_s)
        waits.first[kind.name].append(1000 * (first_s - said_s))
