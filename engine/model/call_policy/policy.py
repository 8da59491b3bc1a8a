"""A call policy: what one level allows, and whose it is."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from engine.model.call_policy.number_kind import NumberKind
from engine.model.route import TimeOfWeek

ANY_COUNTRY: Final = "any"
"""Stands for all countries in a list of them."""
NO_COUNTRY: Final = "001"
"""Numbers of no country, such as +800 and +881: UN M49 has 001 for the world."""
DEFAULT_SHORT_CALL_S: Final = 6

_EU: Final = "at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se"
_EEA_BESIDE_EU: Final = "is li no"


class PolicyLevel(StrEnum):
    """The levels, from the outermost: the whole node, an account, one of its numbers, one of its API keys."""

    NODE = "node"
    ACCOUNT = "account"
    NUMBER = "number"
    KEY = "key"


class NewDestination(StrEnum):
    """The consequence of a call to a country where the account has had no answered call yet."""

    IGNORE = "ignore"
    ALARM = "alarm"
    """It goes on, and is told."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """The owner of a policy: `subject` is an account's or a key's identifier, a number, or empty for the node."""

    level: PolicyLevel
    subject: str = ""


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """What one level allows; None says nothing, and leaves it to the other levels.

    `countries` are ISO 3166 codes in lower case, `any`, or 001 for numbers of no country. `allowed_prefixes` and
    `denied_prefixes` begin numbers in E.164, or as they are dialled where they are none; the longest that fits decides,
    whatever countries and kinds of numbers say. A day and a month begin at midnight UTC.

    All levels must allow a call, so the strictest holds; one that `overrides` puts what it says in the place of what
    the levels outside of it say of the same.
    """

    countries: frozenset[str] | None = None
    refused_kinds: frozenset[NumberKind] | None = None
    allowed_prefixes: frozenset[str] | None = None
    denied_prefixes: frozenset[str] | None = None
    hours: tuple[TimeOfWeek, ...] | None = None
    calls_a_second: int | None = None
    calls_at_once: int | None = None
    inbound_calls_at_once: int | None = None
    minutes_a_day: int | None = None
    minutes_a_month: int | None = None
    euros_a_day: Decimal | None = None
    euros_a_month: Decimal | None = None
    longest_call_s: int | None = None
    new_destination: NewDestination | None = None
    short_calls_percent: int | None = None
    short_call_s: int | None = None
    overrides: bool = False

    @property
    def said(self) -> frozenset[str]:
        """The names of the fields of which it says something."""
        return frozenset(each.name for each in fields(self) if getattr(self, each.name) is not None) - {"overrides"}

    def over(self, other: "CallPolicy") -> "CallPolicy":
        """This policy, and of what it says nothing, the other's word."""
        return replace(other, **{name: getattr(self, name) for name in self.said}, overrides=self.overrides)

    def without(self, names: frozenset[str]) -> "CallPolicy":
        """This policy, saying nothing of these fields."""
        nothing: dict[str, Any] = dict.fromkeys(names & self.said)
        return replace(self, **nothing)


@dataclass(frozen=True, slots=True)
class PlacedPolicy:
    """A policy, and the level and subject whose it is."""

    place: PolicyPlace
    policy: CallPolicy = field(default_factory=CallPolicy)


DEFAULT_POLICY: Final = CallPolicy(
    countries=frozenset(f"{_EU} {_EEA_BESIDE_EU} gb ch".split()),
    refused_kinds=frozenset(
        {
            NumberKind.PREMIUM,
            NumberKind.SHARED_COST,
            NumberKind.SATELLITE,
            NumberKind.PERSONAL,
            NumberKind.UNKNOWN,
        }
    ),
)
"""The node's, where it was given no other: the EU and the EEA, the United Kingdom and Switzerland, and no number that
is known to be dear or not known at all."""


def in_force(policies: tuple[PlacedPolicy, ...]) -> tuple[PlacedPolicy, ...]:
    """The policies that must all allow a call, the node's first: one that overrides takes from those outside of it.

    The node's says what the default says where it says nothing itself.
    """
    order = list(PolicyLevel)
    inwards = sorted(policies, key=lambda each: order.index(each.place.level))
    if not inwards or inwards[0].place.level is not PolicyLevel.NODE:
        inwards.insert(0, PlacedPolicy(PolicyPlace(PolicyLevel.NODE)))
    inwards[0] = replace(inwards[0], policy=inwards[0].policy.over(DEFAULT_POLICY))
    held: list[PlacedPolicy] = []
    for each in inwards:
        if each.policy.overrides:
            held = [replace(outer, policy=outer.policy.without(each.policy.said)) for outer in held]
        held.append(each)
    return tuple(held)
