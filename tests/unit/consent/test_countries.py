"""The table of defaults by country: complete, sourced, and the stricter of two wins."""

from pathlib import Path

import pytest

from engine.model.consent import ConsentPolicy
from engine.model.consent.countries import Country, load_countries

EU = {
    *("at", "be", "bg", "hr", "cy", "cz", "dk", "ee", "fi", "fr", "de", "gr", "hu", "ie"),
    *("it", "lv", "lt", "lu", "mt", "nl", "pl", "pt", "ro", "sk", "si", "es", "se"),
}
EEA = EU | {"is", "li", "no"}
COUNTRIES = load_countries()
BELGIAN, GERMAN, FRENCH, AMERICAN, OF_NO_COUNTRY = (
    "+3225550100",
    "+493023125001",
    "+33142685300",
    "+12125550100",
    "+80012345678",
)


def test_every_country_of_the_eea_the_united_kingdom_and_switzerland_is_there() -> None:
    assert len(EU) == 27
    assert set(COUNTRIES.table) == EEA | {"gb", "ch"}


@pytest.mark.parametrize("country", COUNTRIES.table.values(), ids=lambda country: country.code)
def test_each_has_a_policy_that_asks_a_source_and_a_note(country: Country) -> None:
    assert country.policy in (ConsentPolicy.ANNOUNCE, ConsentPolicy.PRESS, ConsentPolicy.BOTH_PARTIES)
    assert country.name
    assert all(source.law for source in country.sources)
    assert country.sources
    assert country.note


@pytest.mark.parametrize("country", [*COUNTRIES.table.values(), COUNTRIES.elsewhere], ids=lambda country: country.code)
def test_each_says_against_what_it_was_checked_and_what_was_not_asks_everybody(country: Country) -> None:
    assert country.checked
    if country.checked == "from memory":
        assert country.policy is ConsentPolicy.BOTH_PARTIES


@pytest.mark.promise
def test_the_page_for_the_officer_lists_the_same_defaults() -> None:
    page = (Path(__file__).parents[3] / "docs" / "consent.md").read_text()
    for policy in {country.policy for country in COUNTRIES.table.values()}:
        codes = sorted(country.code.upper() for country in COUNTRIES.table.values() if country.policy is policy)
        assert f"| `{policy}` | {', '.join(codes)}" in page


def test_germany_asks_both_parties_by_its_criminal_code() -> None:
    germany = COUNTRIES.table["de"]
    assert germany.policy is ConsentPolicy.BOTH_PARTIES
    assert [str(source) for source in germany.sources] == ["Strafgesetzbuch, § 201"]


@pytest.mark.parametrize(
    ("numbers", "policy"),
    [
        ((BELGIAN, FRENCH), ConsentPolicy.ANNOUNCE),
        ((BELGIAN, GERMAN), ConsentPolicy.BOTH_PARTIES),
        ((GERMAN, BELGIAN), ConsentPolicy.BOTH_PARTIES),
        ((BELGIAN, AMERICAN), ConsentPolicy.BOTH_PARTIES),
        ((BELGIAN, "sip:desk@192.0.2.1"), ConsentPolicy.ANNOUNCE),
        ((BELGIAN, OF_NO_COUNTRY), ConsentPolicy.ANNOUNCE),
        ((BELGIAN, "anonymous"), ConsentPolicy.ANNOUNCE),
    ],
)
def test_the_stricter_of_both_countries_wins(numbers: tuple[str, str], policy: ConsentPolicy) -> None:
    assert COUNTRIES.default(numbers, "be").policy is policy


def test_a_default_says_where_it_comes_from() -> None:
    assert COUNTRIES.default((BELGIAN, GERMAN), "be").basis == "Default by country. DE: Strafgesetzbuch, § 201."


def test_the_law_that_all_share_is_named() -> None:
    assert any("GDPR" in source.law for source in COUNTRIES.everywhere)
