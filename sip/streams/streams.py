"""Media streams as the engine sees them: connected, wired and told of here, while no frame passes through Python."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from functools import partial
from itertools import count
from typing import Final

import pjsua2 as pj

from engine.errors import MediaError
from engine.model.disclosure import Disclosure
from engine.ports import (
    Ear,
    Fed,
    Forked,
    Source,
    StreamCounts,
    StreamEnded,
    StreamEvent,
    StreamId,
    StreamPlan,
    StreamTrack,
)
from sip.media.connections import MediaConnections
from sip.streams.news import StreamNews
from sip.thread import SipThread

_NUMBERS: Final = count(1)
"""One row for the process, as the list of news is: what is told late is nobody else's."""


class SipStream:
    """A stream to a program. Implements engine.ports.StreamWire; every method runs in asyncio's thread."""

    def __init__(self, stream: StreamId, live: pj.Stream, switch: MediaConnections, thread: SipThread) -> None:
        self._stream = stream
        self._live = live
        self._switch = switch
        self._thread = thread
        self._events: asyncio.Queue[StreamEvent] = asyncio.Queue()

    def tell(self, event: StreamEvent) -> None:
        """Something has happened on it; after its end it has no place on the bridge any more."""
        if isinstance(event, StreamEnded):
            self._thread.later(partial(self._switch.drop_stream, self._stream))
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[StreamEvent]:
        ended = False
        while not ended:
            event = await self._events.get()
            ended = isinstance(event, StreamEnded)
            yield event

    async def hear(self, source: Source, track: StreamTrack) -> None:
        sink = Forked(self._stream, track)
        await self._thread.run(partial(self._switch.fork, self._live, source, sink))

    async def hear_no_more(self, source: Source, track: StreamTrack) -> None:
        await self._thread.run(partial(self._switch.fork_no_more, source, Forked(self._stream, track)))

    async def speak(self, disclosure: Disclosure, ear: Ear) -> None:
        await self._thread.run(partial(self._switch.feed, self._live, Fed(self._stream), ear, disclosure))

    async def hush(self, ear: Ear) -> None:
        await self._thread.run(partial(self._switch.feed_no_more, Fed(self._stream), ear))

    def send(self, event: str, members: Mapping[str, object]) -> None:
        self._live.send(event, json.dumps(members, separators=(",", ":"))[1:-1])

    def clear(self) -> None:
        self._live.clear()

    def counts(self) -> StreamCounts:
        sums = self._live.sums()
        return StreamCounts(
            sent_messages=sums.sent_messages,
            sent_bytes=sums.sent_bytes,
            dropped_ms=sums.dropped_ms,
            received_messages=sums.received_messages,
            received_bytes=sums.received_bytes,
            unread=sums.unreadable,
            marks=sums.marks,
            refused_ms=sums.refused_ms,
            waiting_bytes=sums.waiting_bytes,
            waiting_ms=sums.waiting_ms,
            underruns=sums.underruns,
            ping_ms=None if sums.ping_ms < 0 else sums.ping_ms,
        )

    async def close(self) -> None:
        self._live.close()
        await self._thread.run(partial(self._switch.drop_stream, self._stream))


class SipStreams:
    """Connects to programs. Implements engine.ports.StreamOpener; every method runs in asyncio's thread."""

    def __init__(self, switch: MediaConnections, thread: SipThread) -> None:
        self._switch = switch
        self._thread = thread
        self._news = StreamNews()
        self._open: dict[StreamId, pj.Stream] = {}

    def open(self, plan: StreamPlan) -> SipStream:
        number = StreamId(next(_NUMBERS))
        try:
            live = pj.Stream(number, _native_plan(plan))
        except pj.Error as error:
            sound = f"{plan.sound.encoding} at {plan.sound.rate_hz} Hz"
            raise MediaError(f"No stream of {sound} can begin: {error.reason}.") from error
        stream = SipStream(number, live, self._switch, self._thread)
        self._open[number] = live
        self._news.listen(number, partial(self._tell, number, stream))
        return stream

    def __len__(self) -> int:
        """How many have not ended."""
        return len(self._open)

    def close(self) -> None:
        """Close all, and tell of none any more."""
        self._news.close()
        for live in self._open.values():
            live.close()
        self._open.clear()

    def _tell(self, number: StreamId, stream: SipStream, event: StreamEvent) -> None:
        if isinstance(event, StreamEnded):
            self._open.pop(number, None)
        stream.tell(event)


def _native_plan(plan: StreamPlan) -> pj.StreamPlan:
    """The plan as the native side takes it. Raises MediaError where a header would not be one."""
    server, native = plan.server, pj.StreamPlan()
    lines = [f"{name}: {value}" for name, value in server.headers]
    if any(not line.isprintable() for line in (*lines, server.host, server.path)):
        raise MediaError("A header, the host or the path of a stream has characters that HTTP does not allow there.")
    native.address, native.port, native.host, native.path = server.address, server.port, server.host, server.path
    native.secure = server.secure
    native.authorities = str(server.authorities or "")
    native.headers = pj.StringVector(lines)
    native.sid = plan.sid
    native.encoding, native.rate = plan.sound.encoding.value, plan.sound.rate_hz
    native.greeting = pj.StringVector(plan.greeting)
    native.two_way, native.marks_tell = plan.two_way, plan.marks_tell
    native.cushion_ms, native.patience_ms = round(plan.cushion_s * 1000), round(plan.patience_s * 1000)
    native.ping_every_ms = round(plan.ping_every_s * 1000)
    return native
