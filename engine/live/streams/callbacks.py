"""Tells of streams: by their callbacks, and on the events of their calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from engine.live.callbacks import CallCallbacks
from engine.live.session.backlog import Backlog
from engine.model.stream import MediaStream, StreamNotice, StreamStatus
from engine.store.connections import Job
from engine.store.streams import MediaStreams
from engine.webhooks.payloads.stream import stream_facts, stream_form

Note = Callable[..., None]
"""Adds an event to the call: its kind, and its facts."""


@dataclass(frozen=True, slots=True)
class StreamCallbacks:
    """`backlog` keeps what can't be stored yet."""

    call_callbacks: CallCallbacks
    rows: MediaStreams
    backlog: Backlog

    async def tell(self, stream: MediaStream, notice: StreamNotice, at: datetime) -> None:
        """Tell its callback, if it has one."""
        if (callback := stream.callback) is not None:
            form = stream_form(stream, notice, at)
            await self.backlog.write(partial(self.call_callbacks.store, stream.call_id, callback, form))

    async def tell_end(self, stream: MediaStream, note: Note, at: datetime) -> None:
        """Store how one that has ended did, with what went over it, and tell of it."""
        note("stream_ended", **stream_facts(stream))
        await self.backlog.write(partial(self.store_end, stream, at))

    async def store_end(self, stream: MediaStream, at: datetime, also: Sequence[Job[Any]] = ()) -> None:
        """Its row and its last callback at once: whoever dies between the two would leave nobody to send it.

        Raises StoreError.
        """
        notice = StreamNotice.ERROR if stream.status is StreamStatus.FAILED else StreamNotice.STOPPED
        if (callback := stream.callback) is None:
            await self.rows.save_with(stream, also)
            return
        telling = self.call_callbacks.storing(stream.call_id, callback, stream_form(stream, notice, at))
        await self.rows.save_with(stream, [*also, telling])
        self.call_callbacks.wake_courier()
