"""Streams that a process left open when it died: they ended with it."""

from typing import Final

import structlog

from engine.live.streams.callbacks import StreamCallbacks
from engine.model.stream import StreamEnding, StreamNotice, ended
from engine.ports import Clock
from engine.store.calls import Calls
from engine.store.streams import MediaStreams
from engine.webhooks.payloads.stream import stream_facts

_DIED: Final = "The process that carried it ended without closing it."

log = structlog.get_logger(__name__)


async def close_streams(
    node: str, streams: MediaStreams, calls: Calls, callbacks: StreamCallbacks, clock: Clock
) -> None:
    """End a node's streams, and tell of it as the node would have. Raises StoreError."""
    for left in await streams.open_on(node):
        now = clock.now()
        stream = ended(left, StreamEnding.BROKE, now, left.figures, _DIED)
        await streams.save(stream)
        await calls.add_event(stream.call_id, "stream_ended", stream_facts(stream), now)
        await callbacks.tell(stream, StreamNotice.ERROR, now)
        log.warning("stream_recovered", stream=stream.id)
