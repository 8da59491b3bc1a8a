"""Tells of streams: by their callbacks, and on the events of their calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from engine.live.callbacks import CallCallbacks
from engine.live.session.backlog import Backlog
from engine.model.stream import MediaStream, StreamNotice, StreamStatus
from engine.webhooks.payloads.stream import stream_facts, stream_form

Note = Callable[..., None]
"""Adds an event to the call: its kind, and its facts."""


@dataclass(frozen=True, slots=True)
class StreamCallbacks:
    """`backlog` keeps what can't be stored yet."""

    call_callbacks: CallCallbacks
    backlog: Backlog

    async def tell(self, stream: MediaStream, notice: StreamNotice, at: datetime) -> None:
        """Tell its callback, if it has one."""
        if (callback := stream.callback) is not None:
            form = stream_form(stream, notice, at)
            await self.backlog.write(partial(self.call_callbacks.store, stream.call_id, callback, form))

    async def tell_end(self, stream: MediaStream, note: Note, at: datetime) -> None:
        """How one that has ended did, with what went over it."""
        note("stream_ended", **stream_facts(stream))
        failed = stream.status is StreamStatus.FAILED
        await self.tell(stream, StreamNotice.ERROR if failed else StreamNotice.STOPPED, at)
