"""Adds up what has gone over a stream, over all of its connections."""

from dataclasses import replace

from engine.model.stream import StreamFigures
from engine.ports import StreamCounts


class FiguresOf:
    """The figures of one stream, which sends so many tracks."""

    def __init__(self, tracks: int) -> None:
        self._tracks = tracks
        self._sum = StreamFigures()
        self._lost_at: float | None = None
        self._is_connected = False

    @property
    def is_connected(self) -> bool:
        return self._is_connected

    def connected(self, now: float) -> None:
        """A connection is open, by the clock in seconds; what came since the last one was lost is too late."""
        self._is_connected = True
        if self._lost_at is not None:
            self._missed(now - self._lost_at)
            self._lost_at = None

    def lost(self, now: float) -> None:
        """There is none from now on."""
        self._is_connected = False
        self._lost_at = now

    def add(self, counts: StreamCounts, close_code: int | None) -> None:
        """A connection has ended."""
        self._sum = replace(_with(self._sum, counts), close_code=close_code)

    def total(self, running: StreamCounts | None = None) -> StreamFigures:
        """All so far; `running` are the counts of a connection that goes on."""
        return self._sum if running is None else _with(self._sum, running)

    def _missed(self, seconds: float) -> None:
        late_ms = round(seconds * 1000) * self._tracks
        self._sum = replace(self._sum, late_ms=self._sum.late_ms + late_ms)


def _with(before: StreamFigures, counts: StreamCounts) -> StreamFigures:
    return replace(
        before,
        sent_messages=before.sent_messages + counts.sent_messages,
        sent_bytes=before.sent_bytes + counts.sent_bytes,
        received_messages=before.received_messages + counts.received_messages,
        received_bytes=before.received_bytes + counts.received_bytes,
        unread=before.unread + counts.unread,
        marks=before.marks + counts.marks,
        dropped_ms=before.dropped_ms + counts.dropped_ms,
        refused_ms=before.refused_ms + counts.refused_ms,
        underruns=before.underruns + counts.underruns,
    )
