"""Telephone numbers as carriers write them: each row is a carrier's habit, and both directions keep the number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.numbers import parse_e164
from engine.model.trunk.number_formats import NumberForm, NumberFormat

BELGIUM = NumberFormat(NumberForm.NATIONAL, country_code="32", trunk_prefix="0")
SPAIN = NumberFormat(NumberForm.NATIONAL, country_code="34")
ITALY = NumberFormat(NumberForm.NATIONAL, country_code="39")
HUNGARY = NumberFormat(NumberForm.NATIONAL, country_code="36", trunk_prefix="06")
PBX = NumberFormat(NumberForm.NATIONAL, country_code="49", trunk_prefix="0", prefix="0")
TECHNICAL_PREFIX = NumberFormat(NumberForm.BARE, prefix="7001#")
FORMATS = [
    NumberFormat(),
    NumberFormat(NumberForm.BARE),
    NumberFormat(NumberForm.INTERNATIONAL),
    BELGIUM,
    SPAIN,
    ITALY,
    HUNGARY,
    PBX,
    TECHNICAL_PREFIX,
]

EXAMPLES = [
    (NumberFormat(), "+3225550199", "+3225550199"),
    (NumberFormat(NumberForm.BARE), "+3225550199", "3225550199"),
    (NumberFormat(NumberForm.INTERNATIONAL), "+3225550199", "003225550199"),
    (BELGIUM, "+3225550199", "025550199"),
    (BELGIUM, "+493023125001", "00493023125001"),
    (SPAIN, "+34911234567", "911234567"),
    (SPAIN, "+3225550199", "003225550199"),
    (ITALY, "+390612345678", "0612345678"),
    (ITALY, "+39001234567", "0039001234567"),  # nationally it would be another country's
    (HUNGARY, "+3612345678", "0612345678"),
    (PBX, "+493023125001", "003023125001"),
    (PBX, "+3225550199", "0003225550199"),
    (TECHNICAL_PREFIX, "+3225550199", "7001#3225550199"),
    (BELGIUM, "112", "112"),
    (SPAIN, "112", "112"),
    (PBX, "112", "0112"),
    (BELGIUM, "alice", "alice"),
]


@pytest.mark.parametrize(("rule", "number", "written"), EXAMPLES)
def test_a_number_is_written_as_the_trunk_wants_it(rule: NumberFormat, number: str, written: str) -> None:
    assert rule.write(number) == written


@pytest.mark.parametrize(("rule", "number", "written"), EXAMPLES)
def test_a_number_is_read_as_the_trunk_writes_it(rule: NumberFormat, number: str, written: str) -> None:
    assert rule.read(written) == number


@pytest.mark.parametrize(
    ("rule", "text", "number"),
    [
        (BELGIUM, "+3225550199", "+3225550199"),
        (BELGIUM, "003225550199", "+3225550199"),
        (NumberFormat(), "003225550199", "+3225550199"),
        (NumberFormat(), "3225550199", "+3225550199"),
        (BELGIUM, "25550199", "25550199"),
        (BELGIUM, "0", "0"),
        (BELGIUM, "", ""),
        (SPAIN, "1004", "1004"),
        (BELGIUM, "0099912345678", "0099912345678"),
        (NumberFormat(), "anonymous", "anonymous"),
    ],
)
def test_what_is_clear_is_read_and_what_is_not_stays_as_it_is(rule: NumberFormat, text: str, number: str) -> None:
    assert rule.read(text) == number


def test_the_national_form_needs_a_country() -> None:
    with pytest.raises(ValueError, match="country code"):
        NumberFormat(NumberForm.NATIONAL)


def is_e164(text: str) -> bool:
    try:
        parse_e164(text)
    except ValueError:
        return False
    return True


NUMBERS = st.builds(
    "+{}{}".format,
    st.sampled_from(["32", "34", "36", "39", "44", "49", "1", "800"]),
    st.text("0123456789", min_size=6, max_size=12),
).filter(is_e164)
"""Without those of six digits and less: bare, they can't be told from an extension."""


@given(st.sampled_from(FORMATS), NUMBERS)
def test_a_number_survives_both_directions(rule: NumberFormat, number: str) -> None:
    assert rule.read(rule.write(number)) == number


@given(st.sampled_from(FORMATS), st.text())
def test_any_text_is_read(rule: NumberFormat, text: str) -> None:
    assert isinstance(rule.read(text), str)
