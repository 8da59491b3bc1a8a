"""One media stream under way: its connections to the program, what it hears, who hears it, its end."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.aio.waits import Occurrence, first_of, until
from engine.errors import MediaError, WebhookError
from engine.flow.program_plans import StreamOrder
from engine.live.streams.callbacks import Note, StreamCallbacks
from engine.live.streams.figures import FiguresOf
from engine.live.streams.greeting import TRACKS, farewell, greeting
from engine.model.consent import ToStreaming
from engine.model.disclosure import Disclosure
from engine.model.stream import MediaStream, StreamEnding, StreamFigures, StreamNotice, ended
from engine.ports import (
    Clock,
    Ear,
    MessageUnread,
    ProgramFinder,
    Source,
    StreamEnded,
    StreamEvent,
    StreamOpened,
    StreamOpener,
    StreamPlan,
    StreamServer,
    StreamTrack,
    StreamWire,
)

RECONNECTS_S: Final = 10.0
"""How long a lost program is looked for."""
_PAUSE_S: Final = 0.5
_MOST_TOLD: Final = 10
"""Of each kind of what goes wrong: a program may be lost, or send what is no message, for as long as a call lasts."""
_FAULT: Final = "A fault in Telefoon; see the log."
_FAREWELL_S: Final = 1.0
"""How long a program may take to close once it was told that the stream ends."""

Forking = tuple[Source, StreamTrack]
"""What a program hears, and as which track."""


@dataclass(frozen=True, slots=True)
class StreamSurroundings:
    """What every stream of a node needs. `cushion_s` is how much of a program's sound waits before it is heard."""

    opener: StreamOpener
    servers: ProgramFinder
    callbacks: StreamCallbacks
    clock: Clock
    withheld: Container[Source]
    cushion_s: float


class _AtFirst:
    """Lets the first ten be told of what may happen for hours."""

    def __init__(self) -> None:
        self._times = 0

    def is_told(self) -> bool:
        """Whether this one is; counts it."""
        self._times += 1
        return self._times <= _MOST_TOLD


class ActiveStream:
    """A stream under way. Its program hears nothing without a consent, and is heard by nobody without a disclosure.

    What is withheld is silence to the program; marks and clears go on.
    """

    def __init__(
        self, row: MediaStream, order: StreamOrder, around: StreamSurroundings, note: Note,
        finished: Callable[["ActiveStream"], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._row = row
        self._order = order
        self._heard: tuple[Forking, ...] = ()
        self._around = around
        self.note = note
        self._losses, self._resumptions, self._unread = _AtFirst(), _AtFirst(), _AtFirst()
        self._finished = finished
        self._figures = FiguresOf(self.tracks)
        self._wire: StreamWire | None = None
        self._counting: StreamWire | None = None
        """Whose counts are not in the figures yet: a connection is counted to its farewell."""
        self._connected: set[Forking] = set()
        self._arranging = asyncio.Lock()
        self._spoken_to: tuple[Disclosure, Ear] | None = None
        self._stopping = Occurrence()
        self._refusal = ""
        """Why it was stopped, where that was no good end."""
        self._was_open = False
        self.over = Occurrence()
        """Set once it has ended, and its row says how."""

    @property
    def row(self) -> MediaStream:
        """The stream's row as it is stored, or about to be."""
        return self._row

    @property
    def is_open(self) -> bool:
        """Whether nobody has ended it."""
        return not (self._stopping.is_set() or self.over.is_set())

    @property
    def id(self) -> str:
        return self._row.id

    @property
    def tracks(self) -> int:
        """How many tracks its program gets."""
        return len(TRACKS[self._order.tracks])

    @property
    def ping_ms(self) -> int | None:
        """The last way to the program and back; None before there is one."""
        return None if self._wire is None else self._wire.counts().ping_ms

    @property
    def figures(self) -> StreamFigures:
        """What has gone over it so far, over all of its connections."""
        return self._figures.total(None if self._counting is None else self._counting.counts())

    def holds(self, source: Source) -> bool:
        """Whether its program is to hear this one, audible now or not."""
        return any(each == source for each, _ in self._heard)

    async def follow(self) -> None:
        """Connect to the program and follow the stream to its end."""
        error = _FAULT
        try:
            error = await self._connections() or self._refusal
        finally:
            self._wire = None
            how = StreamEnding.BROKE if error else StreamEnding.STOPPED
            now = self._around.clock.now()
            self._row = ended(self._row, how, now, self.figures, error or None)
            try:
                await self._finished(self)
            finally:
                self.over.set()

    async def let_hear(self, consent: ToStreaming, heard: Sequence[Forking]) -> None:
        """Let the program hear these from now on, to which everybody has consented who is heard there."""
        self._row = replace(self._row, consent=consent.id)
        self._heard = tuple(heard)
        await self.arrange()

    async def speak(self, disclosure: Disclosure, ear: Ear) -> None:
        """Let the far end of a leg, which was told of it, hear the program from now on."""
        self._spoken_to = (disclosure, ear)
        if self._wire is not None:
            await self._let_speak(self._wire)

    async def hush(self, ear: Ear) -> None:
        """Let the far end of a leg hear the program no more; what waits goes on waiting."""
        self._spoken_to = None
        if self._wire is not None:
            await self._wire.hush(ear)

    def goes_on_as(self, call_id: str) -> None:
        """Be another call's from now on, which has taken the place of the one so far."""
        self._row = replace(self._row, call_id=call_id)

    def press(self, key: str) -> None:
        """Tell the program of a key that the far end has pressed."""
        if self._wire is not None:
            self._wire.send("dtmf", {"dtmf": {"track": "inbound_track", "digit": key}})

    async def arrange(self) -> None:
        """Have the program hear what it may hear now."""
        async with self._arranging:
            if (wire := self._wire) is None:
                return
            wanted = {each for each in self._heard if each[0] not in self._around.withheld}
            before, self._connected = self._connected, wanted
            try:
                # First what is not to be heard any more.
                for source, track in before - wanted:
                    await wire.hear_no_more(source, track)
                for source, track in wanted - before:
                    await wire.hear(source, track)
            except MediaError as error:
                self.note("stream_unwired", stream=self._row.id, reason=str(error))
                await wire.close()

    def stop_soon(self, why: str = "") -> None:
        """End it, without waiting until it has ended; `why` says what is wrong. Safe to repeat."""
        self._refusal = self._refusal or why
        self._stopping.set()

    async def stop(self, why: str = "") -> None:
        """End it: the program is told, and its connection closed. Safe to repeat."""
        self.stop_soon(why)
        await self.over.wait()

    async def _connections(self) -> str:
        """One connection after another; why there is none any more, empty where nothing went wrong."""
        looked_until = None
        while True:
            lost = await self._connection()
            now = self._around.clock.monotonic()
            if not lost or self._stopping.is_set() or not (self._order.reconnect and self._was_open):
                return "" if self._stopping.is_set() else lost
            if self._figures.is_connected:
                self._figures.lost(now)
                if self._losses.is_told():
                    self.note("stream_lost", stream=self._row.id, reason=lost)
                looked_until = now + RECONNECTS_S
            if looked_until is None or now + _PAUSE_S >= looked_until:
                return lost
            if await first_of(self._stopping, timeout_s=_PAUSE_S):
                return ""

    async def _connection(self) -> str:
        """Connect once, until that ends: why, empty where it was closed in order."""
        async with until(self._stopping, self._found()) as finding:
            if not finding.done():
                return ""
            wire, why = finding.result()
        if wire is None:
            return why
        self._wire, self._counting, self._connected = wire, wire, set()
        if self._spoken_to is not None:
            await self._let_speak(wire)
        async with until(self._stopping, self._follow(wire)) as following:
            if following.done():
                end = following.result()
                self._wire = None
                self._count(wire, end.code)
                return end.why
        self._wire = None
        taken = await self._told_to_close(wire)
        self._count(wire, taken.code if taken is not None else None)
        return ""

    def _count(self, wire: StreamWire, close_code: int | None) -> None:
        self._counting = None
        self._figures.add(wire.counts(), close_code)

    async def _found(self) -> tuple[StreamWire | None, str]:
        around = self._around
        try:
            server = await around.servers.server(self._row.account_id, self._row.url)
            return around.opener.open(self._plan(server)), ""
        except (WebhookError, MediaError) as error:
            return None, str(error)

    def _plan(self, server: StreamServer) -> StreamPlan:
        order = self._order
        return StreamPlan(
            server,
            self._row.id,
            greeting(self._row, order, resumed=self._was_open),
            sound=order.sound,
            two_way=self._row.two_way,
            marks_tell=order.tells_cleared,
            cushion_s=self._around.cushion_s,
        )

    async def _follow(self, wire: StreamWire) -> StreamEnded:
        async for event in wire.events():
            if isinstance(event, StreamEnded):
                return event
            await self._happened(event)
        raise AssertionError("a stream's events end with StreamEnded")

    async def _happened(self, event: StreamEvent) -> None:
        match event:
            case StreamOpened():
                await self._opened()
            case MessageUnread(why):
                if self._unread.is_told():
                    self.note("stream_unread", stream=self._row.id, reason=why)

    async def _opened(self) -> None:
        self._figures.connected(self._around.clock.monotonic())
        await self.arrange()
        if self._was_open:
            if self._resumptions.is_told():
                self.note("stream_resumed", stream=self._row.id)
            return
        self._was_open = True
        self.note("stream_started", stream=self._row.id, **_shown(self._row))
        await self._around.callbacks.tell(self._row, StreamNotice.STARTED, self._around.clock.now())

    async def _let_speak(self, wire: StreamWire) -> None:
        assert self._spoken_to is not None
        try:
            await wire.speak(*self._spoken_to)
        except MediaError as error:
            self.note("stream_unwired", stream=self._row.id, reason=str(error))
            await wire.close()

    async def _told_to_close(self, wire: StreamWire) -> StreamEnded | None:
        """Say farewell; how the program took it, None where it did not in time."""
        wire.send("stop", farewell(self._row))
        await wire.close()
        try:
            async with asyncio.timeout(_FAREWELL_S):
                return await self._follow(wire)
        except TimeoutError:
            return None


def _shown(row: MediaStream) -> dict[str, object]:
    facts = {"url": row.url, "name": row.name, "tracks": row.tracks, "two_way": row.two_way, "consent": row.consent}
    return {name: value for name, value in facts.items() if value is not None}
