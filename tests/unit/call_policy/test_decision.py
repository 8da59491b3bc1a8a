"""Whether a call may begin, by policies and what is known of it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.call_policy import (
    DEFAULT_POLICY,
    CallPolicy,
    Facts,
    NewDestination,
    NumberKind,
    PlacedPolicy,
    PolicyLevel,
    PolicyPlace,
    PolicyRule,
    decide,
    destination_of,
)
from engine.model.call_policy.policy import in_force
from engine.model.call_policy.used import NOTHING_USED, Spent, Used
from engine.model.route.reading import read_times

NODE, ACCOUNT, NUMBER = (
    PolicyPlace(PolicyLevel.NODE),
    PolicyPlace(PolicyLevel.ACCOUNT, "AC1"),
    PolicyPlace(PolicyLevel.NUMBER, "+3225550100"),
)
FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
BELGIUM, AMERICA, THURAYA = "+32470123456", "+12125550123", "+8821612345678"


def rule_for(
    number: str, *policies: PlacedPolicy, used: Used = NOTHING_USED, at: datetime = FRIDAY
) -> PolicyRule | None:
    """The rule that refuses a call to a number, by these and the default."""
    held = in_force(policies)
    refusal = decide(Facts(destination_of(number), at, {each.place: used for each in policies}), held).refusal
    return refusal.rule if refusal else None


@pytest.mark.parametrize("number", [BELGIUM, "+442071838750", "+41446681800", "+493023125001", "+3545812345"])
def test_by_default_the_eu_the_eea_the_united_kingdom_and_switzerland_are_called(number: str) -> None:
    assert rule_for(number) is None


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (AMERICA, PolicyRule.COUNTRY),
        ("+5356912345", PolicyRule.COUNTRY),
        ("+80012345678", PolicyRule.COUNTRY),
        ("+3290212345", PolicyRule.NUMBER_TYPE),
        ("+3270123456", PolicyRule.NUMBER_TYPE),
        ("+448451234567", PolicyRule.NUMBER_TYPE),
        ("+447011123456", PolicyRule.NUMBER_TYPE),
        (THURAYA, PolicyRule.NUMBER_TYPE),
        ("+881612345678", PolicyRule.NUMBER_TYPE),
        ("+979123456789", PolicyRule.NUMBER_TYPE),
        ("+37112345678", PolicyRule.NUMBER_TYPE),
        ("0900123456", PolicyRule.NUMBER_TYPE),
    ],
)
def test_by_default_other_countries_and_dear_or_unknown_numbers_are_not(number: str, rule: PolicyRule) -> None:
    assert rule_for(number) is rule


def test_the_longest_prefix_decides_whatever_countries_and_types_say() -> None:
    node = PlacedPolicy(
        NODE, CallPolicy(allowed_prefixes=frozenset({"+1", "+3290"}), denied_prefixes=frozenset({"+1212", "+32"}))
    )

    assert rule_for("+13105550123", node) is None
    assert rule_for("+3290212345", node) is None
    assert (rule_for(AMERICA, node), rule_for(BELGIUM, node)) == (PolicyRule.PREFIX, PolicyRule.PREFIX)


def test_the_strictest_level_holds_unless_an_inner_one_overrides() -> None:
    account = CallPolicy(countries=frozenset({"us"}))

    assert rule_for(AMERICA, PlacedPolicy(ACCOUNT, account)) is PolicyRule.COUNTRY
    assert rule_for(BELGIUM, PlacedPolicy(ACCOUNT, account)) is PolicyRule.COUNTRY
    loosened = CallPolicy(countries=frozenset({"us"}), overrides=True)
    assert rule_for(AMERICA, PlacedPolicy(ACCOUNT, loosened)) is None
    assert rule_for("+3290212345", PlacedPolicy(ACCOUNT, loosened)) is PolicyRule.NUMBER_TYPE


def test_a_prefix_that_an_overriding_policy_allows_passes_the_levels_outside_of_it_alone() -> None:
    account = PlacedPolicy(ACCOUNT, CallPolicy(allowed_prefixes=frozenset({"+1212"}), overrides=True))
    number = PlacedPolicy(NUMBER, CallPolicy(countries=frozenset({"be"})))

    assert rule_for(AMERICA, account) is None
    assert rule_for(AMERICA, account, number) is PolicyRule.COUNTRY


@pytest.mark.parametrize(
    ("policy", "used", "rule"),
    [
        (CallPolicy(calls_a_second=2), Used(began_last_second=2), PolicyRule.CALLS_A_SECOND),
        (CallPolicy(calls_at_once=3), Used(at_once=3), PolicyRule.CALLS_AT_ONCE),
        (CallPolicy(minutes_a_day=1), Used(day=Spent(60.0)), PolicyRule.MINUTES_A_DAY),
        (CallPolicy(minutes_a_month=1), Used(month=Spent(60.0)), PolicyRule.MINUTES_A_MONTH),
        (CallPolicy(euros_a_day=Decimal("1.5")), Used(day=Spent(1, Decimal("1.5"))), PolicyRule.EUROS_A_DAY),
        (CallPolicy(euros_a_month=Decimal(2)), Used(month=Spent(1, Decimal(3))), PolicyRule.EUROS_A_MONTH),
        (CallPolicy(short_calls_percent=50), Used(answered=20, short=11), PolicyRule.SHORT_CALLS),
    ],
)
def test_what_is_used_up_refuses_and_says_when_to_try_again(policy: CallPolicy, used: Used, rule: PolicyRule) -> None:
    placed = PlacedPolicy(ACCOUNT, policy)
    facts = Facts(destination_of(BELGIUM), FRIDAY, {ACCOUNT: used})

    refusal = decide(facts, in_force((placed,))).refusal

    assert refusal is not None
    assert (refusal.rule, refusal.level) == (rule, PolicyLevel.ACCOUNT)
    assert refusal.again_after_s is not None
    assert refusal.again_after_s >= 1
    assert decide(Facts(destination_of(BELGIUM), FRIDAY), in_force((placed,))).refusal is None


def test_a_days_minutes_are_there_again_at_midnight_utc() -> None:
    placed = PlacedPolicy(ACCOUNT, CallPolicy(minutes_a_day=0))

    refusal = decide(Facts(destination_of(BELGIUM), FRIDAY), in_force((placed,))).refusal

    assert refusal is not None
    assert refusal.again_after_s == 12 * 3600


def test_few_calls_are_no_share_of_short_ones() -> None:
    placed = PlacedPolicy(ACCOUNT, CallPolicy(short_calls_percent=0))

    assert rule_for(BELGIUM, placed, used=Used(answered=19, short=19)) is None


def test_hours_of_the_week_are_those_of_a_place() -> None:
    hours = (read_times("mon-fri 09:00-17:00 Europe/Brussels"),)
    placed = PlacedPolicy(ACCOUNT, CallPolicy(hours=hours))

    assert rule_for(BELGIUM, placed) is None
    assert rule_for(BELGIUM, placed, at=FRIDAY.replace(day=28)) is PolicyRule.HOURS


@pytest.mark.parametrize(
    ("follows", "refused", "alarmed"),
    [(NewDestination.IGNORE, False, False), (NewDestination.ALARM, False, True), (NewDestination.REFUSE, True, False)],
)
def test_a_country_that_was_never_reached_is_told_or_refused(
    follows: NewDestination, refused: bool, alarmed: bool
) -> None:
    held = in_force((PlacedPolicy(ACCOUNT, CallPolicy(new_destination=follows)),))

    verdict = decide(Facts(destination_of(BELGIUM), FRIDAY, is_new=True), held)

    assert (verdict.refusal is not None, verdict.alarm is not None) == (refused, alarmed)


def test_a_sip_address_that_is_no_trunks_costs_nothing_but_counts_as_a_call() -> None:
    held = in_force((PlacedPolicy(ACCOUNT, CallPolicy(euros_a_day=Decimal(0), calls_at_once=1)),))

    assert decide(Facts(None, FRIDAY), held).refusal is None
    assert decide(Facts(None, FRIDAY, {ACCOUNT: Used(at_once=1)}), held).refusal is not None


numbers = st.sampled_from([BELGIUM, AMERICA, THURAYA, "+3290212345", "+442071838750", "0900123456", "201"])
prefixes = st.frozensets(st.sampled_from(["+", "+3", "+32", "+3247", "+1", "+882", "0", "2"][1:]), max_size=3)
policies = st.builds(
    CallPolicy,
    countries=st.none() | st.frozensets(st.sampled_from(["be", "us", "gb", "any", "001"])),
    refused_kinds=st.none() | st.frozensets(st.sampled_from(NumberKind)),
    allowed_prefixes=st.none() | prefixes,
    denied_prefixes=st.none() | prefixes,
    calls_a_second=st.none() | st.integers(0, 3),
    calls_at_once=st.none() | st.integers(0, 3),
    minutes_a_day=st.none() | st.integers(0, 3),
    overrides=st.just(False),
)
used = st.builds(
    Used, at_once=st.integers(0, 4), began_last_second=st.integers(0, 4), day=st.builds(Spent, st.floats(0, 300))
)


@given(numbers, policies, policies, used)
def test_another_level_that_overrides_nothing_never_loosens(
    number: str, outer: CallPolicy, inner: CallPolicy, each: Used
) -> None:
    facts = Facts(destination_of(number), FRIDAY, {NODE: each, ACCOUNT: each})
    one, both = (PlacedPolicy(NODE, outer),), (PlacedPolicy(NODE, outer), PlacedPolicy(ACCOUNT, inner))

    if decide(facts, in_force(one)).refusal is not None:
        assert decide(facts, in_force(both)).refusal is not None


@given(numbers, policies, used, used)
def test_who_has_used_more_is_allowed_no_more(number: str, policy: CallPolicy, one: Used, other: Used) -> None:
    more = Used(
        max(one.at_once, other.at_once),
        max(one.began_last_second, other.began_last_second),
        max(one.day, other.day, key=lambda spent: spent.seconds),
    )
    held = in_force((PlacedPolicy(NODE, policy),))

    if decide(Facts(destination_of(number), FRIDAY, {NODE: one}), held).refusal is not None:
        assert decide(Facts(destination_of(number), FRIDAY, {NODE: more}), held).refusal is not None


@given(numbers, policies)
def test_a_denied_number_passes_by_no_country_or_type(number: str, policy: CallPolicy) -> None:
    denying = CallPolicy(
        countries=policy.countries, refused_kinds=policy.refused_kinds, denied_prefixes=frozenset({number})
    )

    assert rule_for(number, PlacedPolicy(NODE, denying)) is PolicyRule.PREFIX


def test_where_the_node_says_nothing_the_default_holds() -> None:
    (node,) = in_force((PlacedPolicy(NODE, CallPolicy(countries=frozenset({"any"}))),))

    assert node.policy.countries == frozenset({"any"})
    assert node.policy.refused_kinds == DEFAULT_POLICY.refused_kinds
