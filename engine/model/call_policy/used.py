"""What a level of policies has used up: calls that begin and go on, and time and money by the day and the month."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Spent:
    """Answered seconds of calls that went out, and what they cost; calls that go on count up to now."""

    seconds: float = 0.0
    euros: Decimal = Decimal(0)

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.euros + other.euros)


@dataclass(frozen=True, slots=True)
class Used:
    """`at_once` are calls of one direction; `began_last_second` are calls that go out, and `answered` and `short` those
    of the last hour."""

    at_once: int = 0
    began_last_second: int = 0
    day: Spent = Spent()
    month: Spent = Spent()
    answered: int = 0
    short: int = 0


NOTHING_USED: Final = Used()
