"""Telephone numbers: what is E.164 (ITU-T E.164 §6), which country, and what is shown of them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.numbers import country_of, parse_e164, read_number, written_nationally
from engine.privacy.masking import mask


@pytest.mark.parametrize("number", ["+3225550199", "+31205550142", "+493023125001", "+441632960001", "+80012345678"])
def test_a_number_in_e164_is_taken_as_it_is(number: str) -> None:
    assert parse_e164(number) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no telephone number"),
        ("0471 23", "is no telephone number"),
        ("3225550199", "is no telephone number"),
        ("+32 2 555 01 99", "is no telephone number"),
        ("+0225550199", "is no telephone number"),
        ("+32255501991234567", "is no telephone number"),
        ("+٣٢٢٥٥٥٠١٩٩", "is no telephone number"),
        ("+3225550199\n", "is no telephone number"),
        ("sip:alice@example.com", "is no telephone number"),
        ("+9991234567", "has no known country code"),
        ("+322", "is too short"),
        ("+3225550199999", "is too long"),
    ],
)
def test_what_is_no_number_says_why_and_how_to_write_one(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        parse_e164(text)

    assert "+493023125001" in str(caught.value)
    assert repr(text) in str(caught.value)


def test_a_very_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(ValueError, match="is no telephone number") as caught:
        parse_e164("9" * 100_000)

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+32470123456", "", "+32470123456"),
        ("+32 470 12 34 56", "", "+32470123456"),
        ("+32 (0)470 12.34.56", "", "+32470123456"),
        ("+320470123456", "", "+32470123456"),
        ("+39 (0)2 1234 5678", "", "+390212345678"),
        ("+34 (0)912 345 678", "", "+34912345678"),
        ("0032 470 12 34 56", "be", "+32470123456"),
        ("0032 (0)470 12 34 56", "", "+32470123456"),
        ("0032 470 12 34 56", "us", "+32470123456"),
        ("011 32 470 12 34 56", "us", "+32470123456"),
        ("0470/12.34.56", "be", "+32470123456"),
        ("32470123456", "be", "+32470123456"),
        ("(0341) 123456", "de", "+49341123456"),
        ("1-800-FLOWERS", "us", "+18003569377"),
        ("tel:+32-470-12-34-56", "", "+32470123456"),
        ("TEL:0470123456;phone-context=+32", "", "+32470123456"),
        (" +32\u00a0470\u201312\u201334\u201356 ", "", "+32470123456"),
        ("\u202a+32 470 12 34 56\u202c", "", "+32470123456"),
    ],
)
def test_a_number_may_be_written_as_people_do(written: str, country: str, number: str) -> None:
    assert read_number(written, country) == number


@pytest.mark.parametrize(
    ("written", "country", "said"),
    [
        ("0470 12 34 56", "", "is no telephone number"),
        ("555-0199", "us", "is no telephone number"),
        ("0470", "be", "is no telephone number"),
        ("+32 2 555 01 99 99 99", "", "is too long for its country"),
        ("+32 2", "be", "is too short"),
        ("tel:", "be", "is no telephone number"),
        ("tel:reception", "be", "is no telephone number"),
        ("the shop", "be", "is no telephone number"),
        ("+٣٢٢٥٥٥٠١٩٩", "be", "is no telephone number"),
    ],
)
def test_what_nobody_can_read_as_a_number_says_why(written: str, country: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        read_number(written, country)

    assert "+493023125001" in str(caught.value)


@given(
    st.text() | st.from_regex(r"(tel:)?[+(]?[0-9A-Z ()./;=\-]{0,30}", fullmatch=True), st.sampled_from(["", "be", "us"])
)
def test_whatever_is_written_is_read_as_a_number_that_reads_as_itself_or_refused(text: str, country: str) -> None:
    try:
        number = read_number(text, country)
    except ValueError:
        return
    assert parse_e164(number) == number == read_number(number, "")


@given(st.text() | st.from_regex(r"\+[0-9]{0,20}", fullmatch=True))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = parse_e164(text)
    except ValueError:
        return
    assert number == text
    assert text.startswith("+")


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+3225550199", "be"),
        ("+31205550142", "nl"),
        ("+493023125001", "de"),
        ("+447400123456", "gb"),
        ("+447781123456", "gg"),
        ("+12125550123", "us"),
        ("+80012345678", ""),
    ],
)
def test_the_country_is_iso_3166_in_lower_case(number: str, country: str) -> None:
    assert country_of(number) == country


SHARED = {"EH": "MA", "MF": "BL"}


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_country_is_known(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    country = country_of(number).upper()

    # Some territories have no range of their own: a number then is of its plan's main country.
    assert country == SHARED.get(region, region)


def test_what_is_no_number_has_no_country() -> None:
    with pytest.raises(ValueError, match="is no telephone number"):
        country_of("anonymous")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+3225550199", "+3225•••••99"),
        ("+493023125001", "+4930•••••01"),
        ("+3225", "+3•••••"),
        ("112", "11•••••"),
        ("", "•••••"),
        ("sip:alice@example.com", "sip:a•••••@example.com"),
        ("sips:+3225550199@example.com:5061", "sips:+•••••@example.com:5061"),
        ("sip:127.0.0.1:5080", "sip:127.0.0.1:5080"),
        ("anonymous", "anon•••••us"),
    ],
)
def test_a_masked_number_hides_who_it_is(number: str, shown: str) -> None:
    assert mask(number) == shown


@pytest.mark.parametrize(
    ("party", "written"),
    [
        ("+3225550100", "02 555 01 00"),
        ("+14155550123", "(415) 555-0123"),
        ("+41446681800", "044 668 18 00"),
        ("sip:desk@example.com", "sip:desk@example.com"),
        ("pseudonym-be-5a1f", "pseudonym-be-5a1f"),
        ("anonymous", "anonymous"),
        ("112", "112"),
        ("", ""),
    ],
)
def test_a_number_is_written_as_in_its_country_and_all_else_stays_as_it_is(party: str, written: str) -> None:
    assert written_nationally(party) == written


@pytest.mark.parametrize("written", ["0001522550", "+32001522550", "00320470123456"])
def test_a_number_that_was_read_is_read_as_itself(written: str) -> None:
    number = read_number(written, "be")

    assert read_number(number, "be") == number
