"""The circuit breaker of a trunk: whether its OPTIONS are answered well enough to send it calls.

Some bad ones in a row open it, some good ones in a row close it again; a single missed one does neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.model.transitions import next_state


class BreakerState(StrEnum):
    """The states of a breaker, as in an electric circuit: calls flow while it is closed."""

    CLOSED = "closed"
    DOUBTFUL = "doubtful"
    """Closed, after a bad ping and before enough of them."""
    OPEN = "open"
    RECOVERING = "recovering"
    """Open, after a good ping and before enough of them."""


class BreakerEvent(StrEnum):
    """The events of a breaker."""

    GOOD = "good"
    BAD = "bad"
    BAD_ENOUGH = "bad enough"
    """The last of the bad pings in a row that open it."""
    GOOD_ENOUGH = "good enough"
    """The last of the good pings in a row that close it."""


BREAKER_TRANSITIONS: Final[Mapping[BreakerState, Mapping[BreakerEvent, BreakerState]]] = MappingProxyType(
    {
        BreakerState.CLOSED: {
            BreakerEvent.GOOD: BreakerState.CLOSED,
            BreakerEvent.BAD: BreakerState.DOUBTFUL,
        },
        BreakerState.DOUBTFUL: {
            BreakerEvent.GOOD: BreakerState.CLOSED,
            BreakerEvent.BAD: BreakerState.DOUBTFUL,
            BreakerEvent.BAD_ENOUGH: BreakerState.OPEN,
        },
        BreakerState.OPEN: {
            BreakerEvent.GOOD: BreakerState.RECOVERING,
            BreakerEvent.GOOD_ENOUGH: BreakerState.CLOSED,
            BreakerEvent.BAD: BreakerState.OPEN,
        },
        BreakerState.RECOVERING: {
            BreakerEvent.GOOD: BreakerState.RECOVERING,
            BreakerEvent.GOOD_ENOUGH: BreakerState.CLOSED,
            BreakerEvent.BAD: BreakerState.OPEN,
        },
    }
)

_FEWEST_BAD: Final = 2
"""One missed ping disables nothing."""


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """How many pings in a row open and close a breaker."""

    bad_to_open: int = 3
    good_to_close: int = 2

    def __post_init__(self) -> None:
        if self.bad_to_open < _FEWEST_BAD:
            raise ValueError(f"bad_to_open is at least {_FEWEST_BAD}: one missed ping disables nothing.")
        if self.good_to_close < 1:
            raise ValueError("good_to_close is at least 1.")


@dataclass(frozen=True, slots=True)
class Breaker:
    """A trunk's breaker now: its state, since when (seconds of any one clock), and how many pings like the last one."""

    name: str
    rule: BreakerRule
    since: float
    state: BreakerState = BreakerState.CLOSED
    alike: int = 0

    @property
    def is_open(self) -> bool:
        """Whether calls are kept away from the trunk."""
        return self.state in (BreakerState.OPEN, BreakerState.RECOVERING)

    def pinged(self, good: bool, now: float) -> "Breaker":
        """The breaker after one more OPTIONS was answered, or was not."""
        alike = self.alike + 1 if good == self._last_was_good else 1
        state = next_state(BREAKER_TRANSITIONS, self.name, self.state, self._event(good, alike))
        return replace(self, state=state, alike=alike, since=self.since if state is self.state else now)

    @property
    def _last_was_good(self) -> bool:
        return self.state in (BreakerState.CLOSED, BreakerState.RECOVERING)

    def _event(self, good: bool, alike: int) -> BreakerEvent:
        if good:
            return BreakerEvent.GOOD_ENOUGH if self.is_open and alike >= self.rule.good_to_close else BreakerEvent.GOOD
        is_enough = not self.is_open and alike >= self.rule.bad_to_open
        return BreakerEvent.BAD_ENOUGH if is_enough else BreakerEvent.BAD


def is_good_answer(code: int | None) -> bool:
    """Whether an answer to OPTIONS shows that a trunk works: any but a server's failure (RFC 3261 §21.5) or silence.

    Many carriers answer 404 or 405, which shows as well that they are there.
    """
    return code is not None and code != _REQUEST_TIMEOUT and code // 100 != _SERVER_FAILURE


_REQUEST_TIMEOUT: Final = 408
_SERVER_FAILURE: Final = 5
