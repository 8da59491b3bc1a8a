"""Counts for a node's metrics what goes over its streams, also while they go on."""

from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.stream import StreamFigures

_NOTHING = StreamFigures()


class StreamMeters:
    """Counts of each stream what has come since it was counted last, so that nothing is counted twice."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._counted: dict[str, StreamFigures] = {}

    def count(self, stream_id: str, figures: StreamFigures) -> None:
        """Count a stream that goes on, whose figures only grow."""
        before = self._counted.get(stream_id, _NOTHING)
        self._counted[stream_id] = figures
        meters = self._meters
        meters.count(Metric.STREAM_MESSAGES, figures.sent_messages - before.sent_messages, way="sent")
        meters.count(Metric.STREAM_MESSAGES, figures.received_messages - before.received_messages, way="received")
        meters.count(Metric.STREAM_DROPPED, (_unheard_ms(figures) - _unheard_ms(before)) / 1000)
        meters.count(Metric.STREAM_UNDERRUNS, figures.underruns - before.underruns)

    def ended(self, stream_id: str, figures: StreamFigures) -> None:
        """Count the rest of one that has ended."""
        self.count(stream_id, figures)
        del self._counted[stream_id]


def _unheard_ms(figures: StreamFigures) -> int:
    return figures.dropped_ms + figures.late_ms
