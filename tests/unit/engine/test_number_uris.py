"""URIs of telephone numbers, written and read: SIP with and without user=phone, tel with separators and contexts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk.number_formats import NumberForm, NumberFormat
from engine.model.trunk.number_uris import NumberScheme, NumberUris
from tests.unit.engine.test_number_formats import FORMATS, NUMBERS

NATIONAL = NumberFormat(NumberForm.NATIONAL, country_code="32", trunk_prefix="0")


@pytest.mark.parametrize(
    ("rule", "uri"),
    [
        (NumberUris(), "sip:+3225550199@carrier.example"),
        (NumberUris(user_phone=True), "sip:+3225550199@carrier.example;user=phone"),
        (NumberUris(NATIONAL, user_phone=True), "sip:025550199@carrier.example;user=phone"),
        (NumberUris(scheme=NumberScheme.TEL), "tel:+3225550199"),
        (NumberUris(NATIONAL, NumberScheme.TEL), "tel:025550199;phone-context=carrier.example"),
        (NumberUris(NumberFormat(NumberForm.BARE, prefix="7001#")), "sip:7001%233225550199@carrier.example"),
    ],
)
def test_a_number_is_written_into_the_uri_that_the_trunk_wants(rule: NumberUris, uri: str) -> None:
    assert rule.write("+3225550199", "carrier.example") == uri
    assert rule.read(uri) == "+3225550199"


def test_a_secure_trunk_has_secure_uris() -> None:
    uri = NumberUris(user_phone=True).write("+3225550199", "carrier.example", sips=True)

    assert uri == "sips:+3225550199@carrier.example;user=phone"
    assert NumberUris().read(uri) == "+3225550199"


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("tel:+32-2-555-01.99", "+3225550199"),
        ("TEL:+32(2)5550199", "+3225550199"),
        ("tel:25550199;phone-context=+32", "+3225550199"),
        ("tel:0199;phone-context=+322555", "+3225550199"),
        ("tel:112;phone-context=carrier.example", "112"),
        ("tel:+3225550199;npdi;rn=+32999", "+3225550199"),
        ("sip:+32-2-555-01-99@carrier.example;user=phone", "+3225550199"),
        ("sip:25550199;phone-context=+32@carrier.example;user=phone", "+3225550199"),
        ("sip:+3225550199;npdi@carrier.example", "+3225550199"),
        ("sip:%2B3225550199@carrier.example", "+3225550199"),
        ("sip:alice.b@carrier.example", "alice.b"),
        ("sip:carrier.example", ""),
        ("+3225550199", "+3225550199"),
    ],
)
def test_a_number_is_found_in_the_uris_that_carriers_send(uri: str, number: str) -> None:
    assert NumberUris().read(uri) == number


@given(st.sampled_from(FORMATS), st.sampled_from(NumberScheme), st.booleans(), NUMBERS)
def test_a_number_survives_its_uri(rule: NumberFormat, scheme: NumberScheme, user_phone: bool, number: str) -> None:
    uris = NumberUris(rule, scheme, user_phone)

    assert uris.read(uris.write(number, "carrier.example")) == number


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(NumberUris().read(text), str)
