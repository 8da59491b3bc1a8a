"""The kinds of numbers, against the examples that libphonenumber has of each kind in each country."""

from collections.abc import Iterator
from datetime import UTC, datetime

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from engine.model import number_plans
from engine.model.call_policy import DEFAULT_POLICY, Facts, NumberKind, PolicyRefusal, decide, destination_of
from engine.model.call_policy.number_kind import kind_of, load_kinds
from engine.model.call_policy.policy import in_force
from engine.model.call_policy.rules import PolicyRule

DEAR = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER)
PLAIN = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
CALLED = sorted(DEFAULT_POLICY.countries or ())
REFUSED = DEFAULT_POLICY.refused_kinds or frozenset()


def examples(kinds: tuple[int, ...]) -> Iterator[str]:
    """Of each country that is called by default, one of each of these kinds that the country has."""
    for country in CALLED:
        found = (phonenumbers.example_number_for_type(country.upper(), kind) for kind in kinds)
        yield from (written(number) for number in found if number is not None)


def every_example() -> Iterator[str]:
    """Of each country and each code of no country, one of each kind."""
    for country in phonenumbers.SUPPORTED_REGIONS:
        found = (phonenumbers.example_number_for_type(country, kind) for kind in PhoneNumberType.values())
        yield from (written(number) for number in found if number is not None)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        if (number := phonenumbers.example_number_for_non_geo_entity(code)) is not None:
            yield written(number)


def written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def refusal_of(number: str) -> PolicyRefusal | None:
    at = datetime(2026, 11, 27, 12, tzinfo=UTC)
    return decide(Facts(destination_of(number), at), in_force(())).refusal


def test_by_default_no_premium_shared_cost_or_personal_number_of_a_called_country_is_reached() -> None:
    rules = {number: refusal and refusal.rule for number in examples(DEAR) for refusal in [refusal_of(number)]}

    assert {number: rule for number, rule in rules.items() if rule is not PolicyRule.NUMBER_TYPE} == {}
    assert {destination_of(number).country for number in rules} >= set(CALLED) - {"dk", "li", "ro"}


def test_by_default_fixed_and_mobile_numbers_of_every_called_country_are_reached() -> None:
    refused = {number: refusal_of(number) for number in examples(PLAIN)}

    assert {number: refusal for number, refusal in refused.items() if refusal is not None} == {}
    assert {destination_of(number).country for number in refused} == set(CALLED)


def test_our_own_table_makes_no_number_milder_than_libphonenumber_has_it() -> None:
    milder = [
        number
        for number in every_example()
        if NumberKind(number_plans.kind(number)) in REFUSED and kind_of(number) not in REFUSED
    ]

    assert milder == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+870773123456", NumberKind.SATELLITE),
        ("+881612345678", NumberKind.SATELLITE),
        ("+8821612345678", NumberKind.SATELLITE),
        ("+88213123456", NumberKind.UNKNOWN),
        ("+883510012345", NumberKind.UNKNOWN),
        ("+878101234567890", NumberKind.PERSONAL),
        ("+979923456789", NumberKind.PREMIUM),
        ("+80822345678", NumberKind.SHARED_COST),
        ("+3270123456", NumberKind.PREMIUM),
        ("+3290912345", NumberKind.PREMIUM),
        ("+491377123456", NumberKind.PREMIUM),
        ("+491371234567", NumberKind.SHARED_COST),
        ("+49900212345678", NumberKind.PREMIUM),
        ("+4911833", NumberKind.UNKNOWN),
        ("+33118712", NumberKind.UNKNOWN),
    ],
)
def test_numbers_of_global_codes_and_of_national_services_have_the_kind_that_their_sources_say(
    number: str, kind: NumberKind
) -> None:
    assert destination_of(number).kind is kind
    assert refusal_of(number) is not None


def test_every_row_of_our_own_table_names_the_document_that_says_so() -> None:
    assert all(row.source and row.prefix.isdigit() for row in load_kinds().values())
