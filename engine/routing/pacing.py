"""Campaign pacing: whose turn it is of calls that wait, in order within an account and in turn between accounts.

Calls of an account begin evenly, one each 1/rate seconds, so that a trunk is not given a second's calls at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

MOST_QUEUED: Final = 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast calls of an account begin, how many go on at once (None for no limit), and how many may wait."""

    calls_per_s: float | None = None
    calls_at_once: int | None = None
    most_queued: int = MOST_QUEUED

    @property
    def apart_s(self) -> float:
        """Seconds between the beginnings of two calls."""
        return 1 / self.calls_per_s if self.calls_per_s else 0.0

    @property
    def again_after_s(self) -> int:
        """After how many whole seconds one more may find a place in the line."""
        return max(ceil(self.apart_s), 1)


@dataclass(frozen=True, slots=True)
class PacedLine:
    """The calls of an account that wait, as the line stands at a moment: its `first` is the number of a queued call.

    `going_on` are those that have left it and go on, `free_in_s` is when the next may begin by the pace (none or less
    for now), and who had a turn later has the higher `turn`.
    """

    account_id: str
    pace: Pace
    first: int
    going_on: int = 0
    free_in_s: float = 0.0
    turn: int = 0

    @property
    def is_full(self) -> bool:
        """Whether only the end of a call lets another begin."""
        return self.pace.calls_at_once is not None and self.going_on >= self.pace.calls_at_once

    @property
    def may_begin(self) -> bool:
        """Whether its first may begin now."""
        return not self.is_full and self.free_in_s <= 0


def next_turns(lines: Iterable[PacedLine]) -> list[PacedLine]:
    """The lines of which one may begin now, in the order of their turns."""
    return sorted((each for each in lines if each.may_begin), key=lambda each: (each.turn, each.account_id))


def wait_s(lines: Iterable[PacedLine]) -> float | None:
    """Seconds until somebody's turn comes by time alone; None if only the end of a call, or a new one, lets it."""
    return min((max(each.free_in_s, 0.0) for each in lines if not each.is_full), default=None)
