"""Whom a call goes to, as somebody writes it: a number, a SIP address with its headers, a client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.flow.called import Called, read_called
from engine.flow.verbs.nouns import Sip


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("0470 12 34 56", Called("+32470123456", written="+32470123456")),
        ("112", Called("112", written="112")),
        ("sip:desk@example.com", Called("sip:desk@example.com", (), "sip:desk@example.com")),
        (
            "SIPS:Desk@example.com;transport=tls?X-Order=7&User-to-User=61%3Bencoding%3Dhex",
            Called(
                "sips:Desk@example.com;transport=tls",
                (("X-Order", "7"), ("User-to-User", "61;encoding=hex")),
                "sips:Desk@example.com;transport=tls?X-Order=7&User-to-User=61%3Bencoding%3Dhex",
            ),
        ),
        (" sip:10.0.0.1:5080 ", Called("sip:10.0.0.1:5080", (), "sip:10.0.0.1:5080")),
        ("client:alice", Called("client:alice", (), "client:alice")),
        ("Client:alice?tier=gold", Called("client:alice", (("X-Param-tier", "gold"),), "client:alice?tier=gold")),
    ],
)
def test_it_is_read_with_the_headers_behind_it(written: str, called: Called) -> None:
    assert read_called(written, "be") == called


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sip:", "is not a SIP URI"),
        ("sip:desk@exam ple.com?X-A=1", "is not a SIP URI"),
        ("sip:<desk@example.com>", "is not a SIP URI"),
        ("sip:desk:secret@example.com", "sip_password"),
        ("sip:desk@example.com?Via=x", "'Via' can't be set"),
        ("sip:desk@example.com?X-A=1%0d%0aVia:%20x", "one line"),
        ("sip:desk@example.com?Replaces=a&Replaces=b", "more than once"),
        (f"sip:desk@example.com?X-A={'x' * 1024}", "at most 1024"),
        ("client:", "is not a client's name"),
        ("client:alice@example.com", "is not a client's name"),
        ("client:alice?tier=1%0a2", "one line"),
        ("mailto:alice@example.com", "is no telephone number"),
        ("nobody", "is no telephone number"),
    ],
)
def test_what_is_none_of_them_says_why(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        read_called(written, "be")

    assert "secret" not in str(caught.value)


@given(st.text() | st.from_regex(r"(sips?:|client:)[a-z0-9@.:;=?&%+-]{0,40}", fullmatch=True))
def test_whatever_is_read_reads_the_same_again_and_as_a_dial_reads_it(written: str) -> None:
    try:
        called = read_called(written, "be")
    except ValueError:
        return

    assert read_called(called.written, "") == called
    if called.is_sip:
        assert Sip(called.written).address == called.address
