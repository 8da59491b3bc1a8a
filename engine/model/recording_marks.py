"""Marks in a recording: where it paused and went on, in its own time and by the clock. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class PauseBehavior(StrEnum):
    """The trace that a pause leaves in a recording: silence as long as it was, or nothing at all."""

    SILENCE = "silence"
    SKIP = "skip"


class MarkKind(StrEnum):
    """The kind of a mark in a recording."""

    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class RecordingMark:
    """A place in a recording: `at_s` seconds from its beginning as it is heard, `time` by the clock.

    Where it goes on, `paused_s` is how long the pause was.
    """

    kind: MarkKind
    at_s: float
    time: datetime
    behavior: PauseBehavior
    paused_s: float | None = None


def moved(marks: Iterable[RecordingMark], *, cut_s: float, seconds: float) -> tuple[RecordingMark, ...]:
    """The marks once `cut_s` was cut off the beginning and `seconds` are left; at an end if they were cut off."""
    return tuple(replace(mark, at_s=min(max(mark.at_s - cut_s, 0.0), seconds)) for mark in marks)


class OwnTime:
    """The time that a recording under way has recorded: the clock's (monotonic, in seconds) without its gaps."""

    def __init__(self, started_s: float, lead_s: float = 0.0) -> None:
        """Begin at `started_s`, with `lead_s` behind it."""
        self._zero_s = started_s - lead_s
        self._gap_from_s: float | None = None

    def at(self, now_s: float) -> float:
        """How many seconds it holds."""
        return (now_s if self._gap_from_s is None else self._gap_from_s) - self._zero_s

    def stop(self, now_s: float) -> None:
        """A gap begins."""
        self._gap_from_s = now_s

    def go_on(self, now_s: float) -> None:
        """The gap ends."""
        if self._gap_from_s is not None:
            self._zero_s += now_s - self._gap_from_s
            self._gap_from_s = None
