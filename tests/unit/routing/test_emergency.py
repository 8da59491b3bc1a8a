"""Emergency numbers: the whole number counts, however it is written; refused unless a trunk is marked for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import shortnumberinfo

from engine.model.number_plans import calling_code
from engine.routing.emergency import EmergencyCall, emergency_call, load_emergency_numbers
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk
from engine.routing.routes import RoutedCall

TABLE = load_emergency_numbers()
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
PLAIN = RoutableTrunk("plain", (RoutableHost("plain.example"),))
MARKED = RoutableTrunk("marked", (RoutableHost("marked.example"),), emergency=True, priority=9)
EU_AND_NEIGHBOURS = "at be bg ch cy cz de dk ee es fi fr gb gr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk"


def placed(called: str, *trunks: RoutableTrunk, home: str = "be") -> EmergencyCall | None:
    call = RoutedCall(called, "+3225550100", "AC1", NOON)
    return emergency_call(call, home, TABLE, trunks, lambda: 0.5)


@pytest.mark.parametrize(
    ("called", "home", "number"),
    [
        ("112", "be", "112"),
        ("112", "us", "112"),
        ("1-1-2", "be", "112"),
        ("101", "be", "101"),
        ("999", "gb", "999"),
        ("17", "fr", "17"),
        ("+32112", "be", "112"),
        ("+44999", "be", "999"),
        ("0032112", "nl", "112"),
        ("urn:service:sos", "be", "112"),
        ("urn:service:sos.fire", "be", "112"),
    ],
)
def test_an_emergency_number_is_one_however_it_is_written(called: str, home: str, number: str) -> None:
    assert TABLE.find(called, home) == number


@pytest.mark.parametrize(
    ("called", "home"),
    [
        ("+32112345678", "be"),
        ("+3211212345", "be"),
        ("1120", "be"),
        ("0112", "be"),
        ("11", "be"),
        ("999", "be"),
        ("101", "gb"),
        ("116000", "be"),
        ("+32999", "be"),
        ("+1112", "be"),
        ("32112", "be"),
        ("+112", "be"),
        ("urn:service:counseling", "be"),
        ("", "be"),
    ],
)
def test_a_number_that_only_begins_alike_or_is_another_countrys_is_none(called: str, home: str) -> None:
    assert TABLE.find(called, home) is None


NUMBERS = [(country, number) for country, row in TABLE.countries.items() for number in sorted(row.numbers)]


@pytest.mark.parametrize(("country", "number"), NUMBERS)
def test_with_its_countrys_code_it_is_nobodys_telephone_number(country: str, number: str) -> None:
    written = f"+{calling_code(country)}{number}"

    assert not phonenumbers.is_valid_number(phonenumbers.parse(written))


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(EU_AND_NEIGHBOURS.split()))
def test_no_countrys_example_number_is_one(region: str, home: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None

    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    assert TABLE.find(written, home) is None


def test_every_country_has_112_a_source_and_a_date() -> None:
    assert sorted(TABLE.countries) == EU_AND_NEIGHBOURS.split()
    assert all("112" in row.numbers and row.source and row.checked and row.date for row in TABLE.countries.values())


@pytest.mark.parametrize("country", EU_AND_NEIGHBOURS.split())
def test_the_table_has_all_that_the_library_of_numbering_plans_has(country: str) -> None:
    short = ["90000", *(f"{number:0{digits}}" for digits in (2, 3, 4) for number in range(10**digits))]

    known = {number for number in short if shortnumberinfo.is_emergency_number(number, country.upper())}

    assert known <= TABLE.countries[country].numbers


def test_helplines_are_marked_where_the_law_counts_them_and_are_rescuers_numbers_nowhere() -> None:
    marked = {country: sorted(row.helplines) for country, row in TABLE.countries.items() if row.helplines}

    assert marked == {"at": ["142", "147"], "ch": ["143", "147"], "fr": ["119"]}
    for country, row in TABLE.countries.items():
        assert row.helplines <= row.numbers
        assert not any(TABLE.is_helpline(number) for number in row.numbers - row.helplines), country


@pytest.mark.parametrize("called", ["116000", "116111", "116117", "116123"])
@pytest.mark.parametrize("home", EU_AND_NEIGHBOURS.split())
def test_helplines_of_all_europe_are_ordinary_numbers(called: str, home: str) -> None:
    assert TABLE.find(called, home) is None


def test_a_helpline_is_refused_as_what_it_is() -> None:
    call = placed("147", PLAIN, home="ch")

    assert call is not None
    assert call.refusal is not None
    assert call.refusal.startswith("147 is a helpline that counts as an emergency number, and this service does not")


def test_other_numbers_are_not_judged_here() -> None:
    assert placed("+3225550199", MARKED) is None


def test_it_is_refused_with_what_to_do_unless_a_trunk_is_marked() -> None:
    call = placed("112", PLAIN, replace(MARKED, enabled=False))

    assert call is not None
    assert call.candidates == ()
    assert call.refusal is not None
    assert call.refusal.startswith("112 is an emergency number, and this service does not carry emergency calls")
    assert "telefoon trunks set NAME --set emergency=true" in call.refusal


def test_it_goes_to_the_marked_trunk_alone() -> None:
    call = placed("+32112", PLAIN, MARKED)

    assert call is not None
    assert [each.trunk for each in call.candidates] == ["marked"]
    assert (call.number, call.refusal) == ("112", None)


def test_a_marked_trunk_in_trouble_is_tried_after_those_that_are_well() -> None:
    full = replace(MARKED, name="full", full=True, priority=0)
    held = replace(MARKED, name="held", hosts=(RoutableHost("h", held_until=NOON + timedelta(hours=1)),), priority=1)

    call = placed("112", full, held, MARKED)

    assert call is not None
    assert [each.trunk for each in call.candidates] == ["marked", "full", "held"]
