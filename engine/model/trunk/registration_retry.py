"""When a registration that has failed is asked for again: later after each failure, and never all at once.

As RFC 5626 §4.5 has it: the pause grows with the failures in a row, and chance takes up to half of it away, so that
those who have lost their registrar together do not come back together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Draw = Callable[[], float]
"""Chance: a number from 0 until before 1, as of random.random."""

LONGEST_S: Final = 300
"""The longest pause where a registrar is away or fails; a trunk's `retry_s` may be longer."""
LONGEST_REFUSED_S: Final = 1800
"""The longest pause where it refuses: many registrars shut out who goes on asking."""
LONGEST_TOLD_S: Final = 3600
"""The longest pause that a registrar may ask for."""

_GROWTH: Final = 2
_GROWTH_REFUSED: Final = 4
_REFUSALS: Final = frozenset({401, 402, 403, 404, 405, 407, 410, 423})
"""Answers that the same request gets again: somebody has to change something first."""
_GLOBAL_FAILURE: Final = 600
_ENOUGH_FAILURES: Final = 12
"""By then every pause has come to its longest."""


@dataclass(frozen=True, slots=True)
class FailedRegistration:
    """An answer that is no, or none (408, 503 of our own). `failures` counts those in a row, this one among them.

    `told_s` are the seconds of the registrar's Retry-After; 0 where it has sent none.
    """

    code: int
    failures: int
    told_s: int = 0

    @property
    def refused(self) -> bool:
        """Whether the registrar has judged, and has not just failed."""
        return self.code in _REFUSALS or self.code >= _GLOBAL_FAILURE

    def pause_s(self, retry_s: float, draw: Draw) -> float:
        """Seconds until it is asked for again. `retry_s` is the longest first pause."""
        if self.told_s:
            # Never earlier than told, and not all at once at that moment.
            return min(self.told_s, LONGEST_TOLD_S) * (1 + draw() / 10)
        growth, longest = (_GROWTH_REFUSED, LONGEST_REFUSED_S) if self.refused else (_GROWTH, LONGEST_S)
        pause = retry_s * growth ** (min(self.failures, _ENOUGH_FAILURES) - 1)
        return float(min(pause, max(longest, retry_s))) * (1 - draw() / 2)
