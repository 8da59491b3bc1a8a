"""What a node has only so much of, and when another call would be too much for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

EASED: Final = 0.5
"""What comes and goes in bursts must fall so far below its most, before calls are admitted again."""
SOME_ROOM: Final = 0.95
"""What calls hold as long as they last need fall only so far."""


class Limit(Enum):
    """Each with its name, the unit of its figures, and the part of its most below which calls are admitted again."""

    CALLS = ("calls at once", "", 1.0)
    CALL_RATE = ("new calls a second", "", 1.0)
    CPU = ("CPU of this node", " %", 0.9)
    LOOP_LAG = ("lag of the event loop", " ms", EASED)
    SIP_LAG = ("lag of the SIP thread", " ms", EASED)
    CLOCK_LAG = ("lag of the media clock", " ms", EASED)
    FILES = ("open files", "", SOME_ROOM)
    MEMORY = ("memory", " MB", SOME_ROOM)
    DATABASE = ("age of what is not stored yet", " s", EASED)

    def __init__(self, title: str, unit: str, again_below: float) -> None:
        self.title = title
        self.unit = unit
        self.again_below = again_below


@dataclass(frozen=True, slots=True)
class Figure:
    """How much there is of something now, and from how much on no call begins any more."""

    limit: Limit
    now: float
    most: float

    @property
    def words(self) -> str:
        unit = self.limit.unit
        return f"{self.limit.title}: {amount(self.now)}{unit}, and {amount(self.most)}{unit} is the most"


def amount(figure: float) -> str:
    """A figure in digits, with as many places as tell something."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def exceeded(figures: Iterable[Figure], before: frozenset[Limit]) -> tuple[Figure, ...]:
    """The figures for which no call may begin; those of `before` were too high already."""
    return tuple(each for each in figures if each.now >= each.most * _part(each.limit, before))


def _part(limit: Limit, before: frozenset[Limit]) -> float:
    return limit.again_below if limit in before else 1.0
