"""How much an account has used of what there is: calls, minutes, recordings, and what they cost."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from engine.model.call import Direction


class Bucket(Enum):
    """The stretches of time by which usage is added up; the value is how much of a day (ISO 8601) names one."""

    ALL = 0
    YEAR = 4
    MONTH = 7
    DAY = 10


class PartyKind(Enum):
    """The kinds of address at a call's far end."""

    NUMBER = "number"
    SIP = "sip"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a category: how many, how much in its unit, and the price in EUR."""

    count: int = 0
    amount: Decimal = Decimal(0)
    price: Decimal = Decimal(0)

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.count + other.count, self.amount + other.amount, self.price + other.price)


@dataclass(frozen=True, slots=True)
class UsedOnDay:
    """Usage of one day (ISO 8601) that is alike: calls in a direction with a kind of far end, or recordings."""

    day: str
    usage: Usage
    direction: Direction | None = None
    kind: PartyKind | None = None
    of_call: bool = True
    """Whether a recording is of a call, and not of a conference."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of usage, by the name that programs know. Without any condition all calls are in it."""

    name: str
    description: str
    count_unit: str = "calls"
    usage_unit: str = "minutes"
    direction: Direction | None = None
    kind: PartyKind | None = None

    def usage_in(self, used: UsedOnDay) -> Usage | None:
        """What of it belongs to this category."""
        if self.name == TOTAL:
            return Usage(0, used.usage.price, used.usage.price)
        if used.direction is None:
            return used.usage if self.name == RECORDINGS or (self.name == OF_CALLS and used.of_call) else None
        if self.name in (RECORDINGS, OF_CALLS):
            return None
        fits = self.direction in (None, used.direction) and self.kind in (None, used.kind)
        return used.usage if fits else None


TOTAL: Final = "totalprice"
RECORDINGS: Final = "recordings"
OF_CALLS: Final = "calls-recordings"
_IN, _OUT = Direction.INBOUND, Direction.OUTBOUND

CATEGORIES: Final = (
    Category("calls", "Answered calls"),
    Category("calls-client", "Answered calls to clients", kind=PartyKind.CLIENT),
    Category("calls-inbound", "Answered calls that came in", direction=_IN),
    Category("calls-outbound", "Answered calls that went out", direction=_OUT),
    Category(OF_CALLS, "Recordings of calls", "recordings"),
    Category("calls-sip", "Answered calls to SIP addresses", kind=PartyKind.SIP),
    Category("calls-sip-outbound", "Answered calls to SIP addresses that went out", direction=_OUT, kind=PartyKind.SIP),
    Category(RECORDINGS, "Recordings of calls and conferences", "recordings"),
    Category(TOTAL, "The price of all", "", "eur"),
)
"""In the order of their names. Minutes are begun ones of each call and recording."""
