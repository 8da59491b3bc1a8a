"""Warnings where a caller id will be hidden or cut: a country's own number, from abroad, to that country."""

import pytest

from engine.routing.caller_id_rules import CallerIdFate, load_caller_id_rules

RULES = load_caller_id_rules()
BRUSSELS, BERLIN, BERLIN_TOO = "+3225550199", "+493023125001", "+493023125002"


@pytest.mark.parametrize(
    ("caller", "called", "trunk_country", "fate"),
    [
        (BERLIN, BERLIN_TOO, "be", CallerIdFate.HIDDEN),
        (BRUSSELS, "+3225550188", "nl", CallerIdFate.BLOCKED),
        ("+33612345678", "+33123456789", "be", CallerIdFate.REPLACED),
        ("+33123456788", "+33123456789", "be", CallerIdFate.BLOCKED),
        ("+441632960001", "+442079460000", "be", CallerIdFate.BLOCKED),
        ("+46701234567", "+46812345678", "be", CallerIdFate.BLOCKED),
        ("+34911234567", "+34912345678", "be", CallerIdFate.BLOCKED),
    ],
)
def test_a_countrys_own_number_from_abroad_is_warned_of(
    caller: str, called: str, trunk_country: str, fate: CallerIdFate
) -> None:
    warning = RULES.warning(caller, called, trunk_country)

    assert warning is not None
    assert warning.fate is fate


@pytest.mark.parametrize(
    ("caller", "called", "trunk_country"),
    [
        (BERLIN, BERLIN_TOO, "de"),  # the trunk is at home
        (BRUSSELS, BERLIN, "be"),  # another country's number is shown
        ("+447400123456", "+442079460000", "be"),  # a mobile number of the United Kingdom
        ("+46812345678", "+46812345679", "be"),  # a fixed one of Sweden
        ("+12125550123", "+12125550124", "be"),  # no rule is known
        ("anonymous", BERLIN, "be"),
        (BERLIN, "sip:alice@example.com", "be"),
    ],
)
def test_other_calls_are_not(caller: str, called: str, trunk_country: str) -> None:
    assert RULES.warning(caller, called, trunk_country) is None


def test_a_warning_names_the_rule_its_date_and_what_to_do() -> None:
    warning = RULES.warning(BERLIN, BERLIN_TOO, "be")

    assert warning is not None
    assert warning.text == (
        "A number of DE that calls DE through a carrier in another country: the call is put through without a number "
        "(Telekommunikationsgesetz, § 120, in force since 1 December 2022; as of 2026-11-29). "
        "Use a trunk in DE for it, or show another number."
    )


def test_every_rule_has_a_source_who_says_so_and_a_date() -> None:
    assert all(rule.source and rule.checked and rule.date for rule in RULES.countries.values())
    assert {"be", "de", "es", "fr", "gb"} <= set(RULES.countries)
