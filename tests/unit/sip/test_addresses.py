"""Numbers and names are found in every form in which RFC 3261 and RFC 3966 let carriers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.addresses import Party, read_party, user_of


@pytest.mark.parametrize(
    ("uri", "user"),
    [
        ("sip:+31201234567@127.0.0.1:5060", "+31201234567"),
        ("sip:%2B31201234567@127.0.0.1", "+31201234567"),
        ("sip:+31201234567;npdi;rn=+31970@127.0.0.1;user=phone", "+31201234567"),
        ("sips:0031201234567@carrier.example", "0031201234567"),
        ("sip:+31-20-123.4567@127.0.0.1;user=phone", "+31201234567"),
        ("sip:+31(20)1234567@127.0.0.1;user=phone", "+31201234567"),
        ("sip:201234567;phone-context=+31@127.0.0.1;user=phone", "+31201234567"),
        ("sip:+32470123456:secret@x", "+32470123456"),
        ("tel:+31-20-1234567", "+31201234567"),
        ("tel:7042;phone-context=example.com", "7042"),
        ("tel:863-1234;phone-context=+1-914-555", "+19145558631234"),
        ("TEL:+358-555-1234567;postd=pp22", "+3585551234567"),
        ("sip:alice.b-c@example.com", "alice.b-c"),
        ("sip:*31#@example.com", "*31#"),
        ("sip:example.com", "sip:example.com"),
        ("mailto:alice@example.com", "mailto:alice@example.com"),
    ],
)
def test_the_user_of_an_uri_is_what_is_dialled(uri: str, user: str) -> None:
    assert user_of(uri) == user


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("<tel:+32470123456>;tag=1", Party("", "+32470123456", "tel:+32470123456")),
        ("sip:+32470123456@x;tag=1", Party("", "+32470123456", "sip:+32470123456@x")),
        ('"<0032470123456>" <sip:+32470123456@x>', Party("<0032470123456>", "+32470123456", "sip:+32470123456@x")),
        ('"J \\"Duke\\" W" <sip:100@x>;tag=1', Party('J "Duke" W', "100", "sip:100@x")),
        ('"Doe, Jane"<sip:100@x>', Party("Doe, Jane", "100", "sip:100@x")),
        ("The Operator <sip:operator@cs.columbia.edu>;tag=287447", Party(
            "The Operator", "operator", "sip:operator@cs.columbia.edu"
        )),
        ("<sip:0032470123456@x;user=phone>", Party("", "0032470123456", "sip:0032470123456@x;user=phone")),
        ("nobody", Party("", "nobody", "nobody")),
        ("", Party("", "", "")),
    ],
)  # fmt: skip
def test_a_party_is_a_name_and_who_is_called(text: str, party: Party) -> None:
    assert read_party(text) == party


@given(st.text(max_size=200))
def test_whatever_stands_there_is_read(text: str) -> None:
    assert isinstance(read_party(text).user, str)


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True), st.text(st.sampled_from("-.()"), max_size=4))
def test_separators_never_count(number: str, separators: str) -> None:
    spread = number[:3] + separators + number[3:]

    assert user_of(f"tel:{spread}") == user_of(f"sip:{spread}@x;user=phone") == number
