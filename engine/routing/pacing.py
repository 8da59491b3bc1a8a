"""Campaign pacing: whose turn it is of calls that wait, in order within an account and in turn between accounts.

Calls of an account begin evenly, one each 1/rate seconds, so that a trunk is not given a second's calls at once.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf
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
class PacedTurn:
    """The call whose turn it is."""

    account_id: str
    call_id: str


@dataclass(slots=True)
class _PacedLine:
    pace: Pace
    waiting: deque[str] = field(default_factory=deque)
    going_on: int = 0
    free_at_s: float = -inf
    """When the next may begin by the pace, or may be tried again."""

    @property
    def is_full(self) -> bool:
        return self.pace.calls_at_once is not None and self.going_on >= self.pace.calls_at_once

    def is_idle(self, now_s: float) -> bool:
        return not self.waiting and not self.going_on and self.free_at_s <= now_s


class PacedCalls:
    """The lines of all accounts of a node; times are seconds of any one clock."""

    def __init__(self) -> None:
        self._lines: dict[str, _PacedLine] = {}
        """In the order of their next turns."""

    def set_pace(self, account_id: str, pace: Pace) -> None:
        """Have this pace hold from now on."""
        if (line := self._lines.get(account_id)) is not None:
            line.pace = pace

    def join(self, account_id: str, call_id: str, pace: Pace) -> int:
        """Stand at the end of the account's line; gives the position, from 1."""
        line = self._lines.setdefault(account_id, _PacedLine(pace))
        line.pace = pace
        line.waiting.append(call_id)
        return len(line.waiting)

    def count(self, account_id: str) -> int:
        """How many of an account wait."""
        line = self._lines.get(account_id)
        return len(line.waiting) if line else 0

    def accounts(self) -> Sequence[str]:
        """List those that have calls that wait."""
        return [account for account, line in self._lines.items() if line.waiting]

    def position(self, account_id: str, call_id: str) -> int | None:
        """A call's place in its line, from 1; None for one that does not wait."""
        line = self._lines.get(account_id)
        return line.waiting.index(call_id) + 1 if line and call_id in line.waiting else None

    def leave(self, account_id: str, call_id: str) -> bool:
        """Give up waiting; False for one that does not wait."""
        if self.position(account_id, call_id) is None:
            return False
        self._lines[account_id].waiting.remove(call_id)
        return True

    def turn(self, now_s: float) -> PacedTurn | None:
        """Find whose turn it is now, if anybody's; it stays so until it has begun, is postponed or leaves."""
        for account_id, line in self._lines.items():
            if line.waiting and not line.is_full and line.free_at_s <= now_s:
                return PacedTurn(account_id, line.waiting[0])
        return None

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until somebody's turn comes by time alone; None if only the end of a call, or a new one, lets it."""
        due = [line.free_at_s for line in self._lines.values() if line.waiting and not line.is_full]
        return max(min(due) - now_s, 0.0) if due else None

    def begun(self, turn: PacedTurn, now_s: float) -> None:
        """Have a call leave the line and go on from now; all other accounts come before its own again."""
        line = self._lines.pop(turn.account_id)
        line.waiting.remove(turn.call_id)
        line.going_on += 1
        line.free_at_s = now_s + line.pace.apart_s
        self._lines[turn.account_id] = line
        self._forget_idle(now_s)

    def postponed(self, account_id: str, until_s: float) -> None:
        """Nothing of an account can begin before a time, as where its trunk is full; others go on."""
        line = self._lines[account_id]
        line.free_at_s = max(line.free_at_s, until_s)

    def ended(self, account_id: str, now_s: float) -> None:
        """One of its calls is over."""
        self._lines[account_id].going_on -= 1
        self._forget_idle(now_s)

    def _forget_idle(self, now_s: float) -> None:
        for account_id in [each for each, line in self._lines.items() if line.is_idle(now_s)]:
            del self._lines[account_id]
