"""Streams that a process left open when it died: they ended with it."""

from typing import Final

import structlog

from engine.live.streams.callbacks import StreamCallbacks
from engine.model.stream import StreamEnding, ended
from engine.ports import Clock
from engine.store.calls import Calls
from engine.webhooks.payloads.stream import stream_facts

_DIED: Final = "The process that carried it ended without closing it."

log = structlog.get_logger(__name__)


async def close_streams(node: str, calls: Calls, callbacks: StreamCallbacks, clock: Clock) -> None:
    """End a node's streams, and tell of it as the node would have. Raises StoreError."""
    for left in await callbacks.rows.open_on(node):
        now = clock.now()
        stream = ended(left, StreamEnding.BROKE, now, left.figures, _DIED)
        event = calls.noting(stream.call_id, "stream_ended", stream_facts(stream), now)
        await callbacks.store_end(stream, now, [event])
        log.warning("stream_recovered", stream=stream.id)
