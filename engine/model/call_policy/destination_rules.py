"""The rules of policies on where a call goes: prefixes first, then countries and kinds of numbers."""

from dataclasses import dataclass
from typing import Final

from engine.model.call_policy.destination import Destination, destination_of
from engine.model.call_policy.policy import ANY_COUNTRY, CallPolicy, PlacedPolicy
from engine.model.call_policy.rules import PolicyRefusal, PolicyRule


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where calls may go, by policies that must all allow it; nothing here waits for anything, on whatever thread."""

    policies: tuple[PlacedPolicy, ...] = ()

    def refusal_of(self, number: str) -> PolicyRefusal | None:
        """The rule that refuses calls to a number, in E.164 or as it is dialled."""
        return refused_destination(destination_of(number), self.policies)


ANYWHERE: Final = Destinations()
"""Where no policy holds."""


def refused_destination(to: Destination, policies: tuple[PlacedPolicy, ...]) -> PolicyRefusal | None:
    """The first rule, from the node inwards, that refuses calls there.

    A prefix that an overriding policy allows passes all levels outside of it.
    """
    overriding = [
        place
        for place, each in enumerate(policies)
        if each.policy.overrides and _allowed_by_prefix(to.number, each.policy)
    ]
    inner = policies[overriding[-1] :] if overriding else policies
    return next((refusal for each in inner if (refusal := _refused(to, each)) is not None), None)


def _refused(to: Destination, placed: PlacedPolicy) -> PolicyRefusal | None:
    policy, level = placed.policy, placed.place.level
    match _allowed_by_prefix(to.number, policy):
        case True:
            return None
        case False:
            return PolicyRefusal(
                PolicyRule.PREFIX, level, f"Calls to {to.number} are denied by the beginning of the number."
            )
    if policy.refused_kinds is not None and to.kind in policy.refused_kinds:
        return PolicyRefusal(PolicyRule.NUMBER_TYPE, level, f"Calls to numbers of the type {to.kind} are not allowed.")
    if policy.countries is not None and not policy.countries & {ANY_COUNTRY, to.country}:
        where = f"country {to.country}" if to.country else f"{to.number}, which is a number of no known country,"
        return PolicyRefusal(PolicyRule.COUNTRY, level, f"Calls to {where} are not allowed.")
    return None


def _allowed_by_prefix(number: str, policy: CallPolicy) -> bool | None:
    """What the longest prefix that fits says; None where none fits. Of two that are alike, deny counts."""
    allowed = _longest(number, policy.allowed_prefixes or frozenset())
    denied = _longest(number, policy.denied_prefixes or frozenset())
    if allowed is None and denied is None:
        return None
    return (-1 if allowed is None else allowed) > (-1 if denied is None else denied)


def _longest(number: str, prefixes: frozenset[str]) -> int | None:
    return max((len(each) for each in prefixes if number.startswith(each)), default=None)
