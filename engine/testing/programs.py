"""Programs at the other ends of media streams, in memory: they are reached at once, and do what a test has them do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from engine.errors import WebhookError
from engine.flow_faults import FlowFault
from engine.model.disclosure import Disclosure
from engine.ports import (
    Ear,
    ProgramFinder,
    Source,
    StreamCounts,
    StreamEnded,
    StreamEvent,
    StreamOpened,
    StreamOpener,
    StreamPlan,
    StreamTrack,
    StreamWire,
)
from engine.ports.streams import StreamServer


@dataclass(slots=True)
class FakeProgram:
    """A program that was connected to. Implements engine.ports.StreamWire."""

    plan: StreamPlan
    hears: set[tuple[Source, StreamTrack]] = field(default_factory=set)
    """What it is sent now."""
    heard_by: dict[Ear, Disclosure] = field(default_factory=dict)
    """Who hears it, by what they were told."""
    sent: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    """The messages that it was sent beside media and the greeting, by event."""
    counted: dict[str, int] = field(default_factory=dict)
    """Fields of its counts that are otherwise than those of a program which says nothing."""
    is_hung: bool = False
    """Whether it takes no farewell."""
    on_heard: "Callable[[FakeProgram], None]" = lambda _: None
    """Told when somebody hears it from now on."""
    _events: "asyncio.Queue[StreamEvent]" = field(default_factory=asyncio.Queue)

    def happens(self, event: StreamEvent) -> None:
        """Tell of something that the program has done."""
        self._events.put_nowait(event)

    @property
    def start(self) -> Mapping[str, Any]:
        """The message by which it was told of the stream."""
        message: Mapping[str, Any] = json.loads(self.plan.greeting[-1])
        return message

    async def events(self) -> AsyncIterator[StreamEvent]:
        ended = False
        while not ended:
            event = await self._events.get()
            ended = isinstance(event, StreamEnded)
            yield event

    async def hear(self, source: Source, track: StreamTrack) -> None:
        self.hears.add((source, track))

    async def hear_no_more(self, source: Source, track: StreamTrack) -> None:
        self.hears.discard((source, track))

    async def speak(self, disclosure: Disclosure, ear: Ear) -> None:
        self.heard_by[ear] = disclosure
        self.on_heard(self)

    async def hush(self, ear: Ear) -> None:
        self.heard_by.pop(ear, None)

    def send(self, event: str, members: Mapping[str, object]) -> None:
        self.sent.append((event, members))

    def clear(self) -> None:
        """Throw away nothing: it has no sound."""

    def counts(self) -> StreamCounts:
        counts = StreamCounts(
            sent_messages=2 + len(self.sent), sent_bytes=0, dropped_ms=0, received_messages=0, received_bytes=0,
            unread=0, marks=0, refused_ms=0, waiting_bytes=0, waiting_ms=0, underruns=0, ping_ms=None,
        )  # fmt: skip
        return replace(counts, **self.counted)

    async def close(self) -> None:
        self.hears.clear()
        self.heard_by.clear()
        if not self.is_hung:
            self.happens(StreamEnded(1000, ""))


class StreamPrograms(ProgramFinder, StreamOpener, Protocol):
    """Finds programs behind media streams and connects to them."""


class FakePrograms:
    """Connects to programs in memory, all of which answer. Implements StreamOpener, and finds their servers."""

    def __init__(self) -> None:
        self.connected: list[FakeProgram] = []
        """One for each connection, in order."""
        self.unreachable = ""
        """Why no server is found; empty where all are."""
        self.refusing: StreamEnded | None = None
        """How connections end that begin from now on, without having been open."""
        self.on_heard: Callable[[FakeProgram], None] = lambda _: None
        """Told when somebody hears one from now on."""
        self.others: StreamPrograms | None = None
        """Those that are reached in place of the ones in memory."""

    async def server(self, account_id: str, url: str) -> StreamServer:
        if self.others is not None:
            return await self.others.server(account_id, url)
        if self.unreachable:
            raise WebhookError(f"{url}: {self.unreachable}", FlowFault.HOST_NAME)
        return StreamServer("192.0.2.1", "program.example")

    def open(self, plan: StreamPlan) -> StreamWire:
        if self.others is not None:
            return self.others.open(plan)
        program = FakeProgram(plan, on_heard=self.on_heard)
        self.connected.append(program)
        program.happens(self.refusing or StreamOpened())
        return program
