"""The decision whether a call may begin, as a pure function of what is known of it and the policies in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from engine.model.call import Direction
from engine.model.call_policy.destination import Destination
from engine.model.call_policy.destination_rules import refused_destination
from engine.model.call_policy.policy import NewDestination, PlacedPolicy, PolicyPlace
from engine.model.call_policy.rules import PolicyRefusal, PolicyRule
from engine.model.call_policy.used import NOTHING_USED, Spent, Used

FEWEST_ANSWERED: Final = 20
"""Answered calls of the last hour below which no share of short ones is counted."""
_AGAIN_AFTER_SHORT_S: Final = 600
_AGAIN_AT_ONCE_S: Final = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call that goes out: where to, when, and what each level has used.

    `to` is None for a SIP address that is no trunk's, and so no number and free of charge. `is_new` says that the
    account has had no answered call to that country.
    """

    to: Destination | None
    at: datetime
    used: Mapping[PolicyPlace, Used] = field(default_factory=dict)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rule that refuses the call, if one does; and the alarm that it gives while it goes on."""

    refusal: PolicyRefusal | None = None
    alarm: PolicyRefusal | None = None


def decide(facts: Facts, policies: tuple[PlacedPolicy, ...]) -> Verdict:
    """The first rule that refuses: of where it goes, for all levels; then of when, how many and how much, inwards."""
    if facts.to is not None and (refusal := refused_destination(facts.to, policies)) is not None:
        return Verdict(refusal)
    refusals = (refusal for each in policies for refusal in _refusals(facts, each))
    if (refusal := next(refusals, None)) is not None:
        return Verdict(refusal)
    return Verdict(alarm=next((alarm for each in policies if (alarm := _alarm(facts, each)) is not None), None))


def limit_refusal(
    direction: Direction, used: Mapping[PolicyPlace, Used], policies: tuple[PlacedPolicy, ...]
) -> PolicyRefusal | None:
    """The rule on how many calls of a direction begin in a second or go on at once that refuses another."""
    refusals = (
        refusal for each in policies for refusal in _limits(direction, each, used.get(each.place, NOTHING_USED))
    )
    return next(refusals, None)


def _limits(direction: Direction, placed: PlacedPolicy, used: Used) -> Iterator[PolicyRefusal]:
    policy, level = placed.policy, placed.place.level
    if direction is Direction.INBOUND:
        most = policy.inbound_calls_at_once
        if most is not None and used.at_once >= most:
            why = f"No more than {most} calls may come in at once."
            yield PolicyRefusal(PolicyRule.INBOUND_AT_ONCE, level, why, _AGAIN_AT_ONCE_S)
        return
    if policy.calls_a_second is not None and used.began_last_second >= policy.calls_a_second:
        why = f"No more than {policy.calls_a_second} calls may begin in a second."
        yield PolicyRefusal(PolicyRule.CALLS_A_SECOND, level, why, 1)
    if policy.calls_at_once is not None and used.at_once >= policy.calls_at_once:
        why = f"No more than {policy.calls_at_once} calls may go out at once."
        yield PolicyRefusal(PolicyRule.CALLS_AT_ONCE, level, why, _AGAIN_AT_ONCE_S)


def _refusals(facts: Facts, placed: PlacedPolicy) -> Iterator[PolicyRefusal]:
    policy, level, used = placed.policy, placed.place.level, facts.used.get(placed.place, NOTHING_USED)
    if policy.hours is not None and not any(each.contains(facts.at) for each in policy.hours):
        yield PolicyRefusal(PolicyRule.HOURS, level, "Calls are not allowed at this time of the week.")
    if facts.is_new and policy.new_destination is NewDestination.REFUSE:
        yield PolicyRefusal(PolicyRule.NEW_DESTINATION, level, _new(facts))
    yield from _limits(Direction.OUTBOUND, placed, used)
    if facts.to is not None:
        yield from used_up(placed, used.day, used.month, facts.at)
    if policy.short_calls_percent is not None and used.answered >= FEWEST_ANSWERED:
        percent = 100 * used.short // used.answered
        if percent > policy.short_calls_percent:
            why = f"{percent} % of the calls of the last hour were short, more than {policy.short_calls_percent} %."
            yield PolicyRefusal(PolicyRule.SHORT_CALLS, level, why, _AGAIN_AFTER_SHORT_S)


def used_up(placed: PlacedPolicy, day: Spent, month: Spent, at: datetime) -> Iterator[PolicyRefusal]:
    """The rules on minutes and euros of which nothing is left."""
    policy, level = placed.policy, placed.place.level
    limits = (
        (PolicyRule.MINUTES_A_DAY, policy.minutes_a_day, day.seconds / 60, tomorrow(at)),
        (PolicyRule.MINUTES_A_MONTH, policy.minutes_a_month, month.seconds / 60, next_month(at)),
        (PolicyRule.EUROS_A_DAY, policy.euros_a_day, day.euros, tomorrow(at)),
        (PolicyRule.EUROS_A_MONTH, policy.euros_a_month, month.euros, next_month(at)),
    )
    for rule, most, spent, begins in limits:
        if most is not None and Decimal(spent) >= most:
            why = f"The {most} {rule.replace('-', ' ')} are used up."
            yield PolicyRefusal(rule, level, why, max(1, round((begins - at).total_seconds())))


def day_of(at: datetime) -> datetime:
    """The midnight (UTC) with which the day begins."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    """The midnight (UTC) with which the month begins."""
    return day_of(at).replace(day=1)


def tomorrow(at: datetime) -> datetime:
    """The next midnight."""
    return day_of(at) + timedelta(days=1)


def next_month(at: datetime) -> datetime:
    """The midnight with which the next month begins."""
    return month_of(month_of(at) + timedelta(days=31))


def _alarm(facts: Facts, placed: PlacedPolicy) -> PolicyRefusal | None:
    if facts.is_new and placed.policy.new_destination is NewDestination.ALARM:
        return PolicyRefusal(PolicyRule.NEW_DESTINATION, placed.place.level, _new(facts))
    return None


def _new(facts: Facts) -> str:
    country = facts.to.country if facts.to is not None else ""
    return f"The account has had no answered call to country {country or 'unknown'} before."
