"""What was seen of a program on a trial stream: plain values, from which its verdict is made."""

from dataclasses import dataclass, field

from api.doctor.programs.faults_seen import FaultsSeen
from api.doctor.programs.playout import Playout


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """What the caller did, from when to when, and when the program was first heard then; None where it never was."""

    begins_s: float
    ends_s: float
    answered_s: float | None


@dataclass(frozen=True, slots=True)
class ClearSeen:
    """A `clear`: when it came, and how much sound waited then (s)."""

    at_s: float
    thrown_s: float


@dataclass(slots=True)
class StreamLog:
    """A trial's notes. What was not tried is None."""

    playout: Playout
    connected_s: float = 0.0
    received: int = 0
    greeting_s: float | None = None
    """When the program was first heard before the caller said anything."""
    answer: CallerTurn | None = None
    keys: CallerTurn | None = None
    interruption: CallerTurn | None = None
    was_interrupted: bool = False
    """Whether it spoke when it was to be interrupted; else there was nothing to interrupt."""
    clears: list[ClearSeen] = field(default_factory=list)
    sound_came_s: list[float] = field(default_factory=list)
    """When each message with sound came."""
    marks_asked: int = 0
    faults: FaultsSeen = field(default_factory=FaultsSeen)
    close_code: int | None = None
    """The program's own; None where it did not close."""
