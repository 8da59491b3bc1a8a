"""Which headers of an INVITE a flow is told: those that are wanted, as they are spelled, within limits."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.sip_headers import MOST_CHARACTERS, MOST_HEADERS
from sip.handed_headers import OF_ANYBODY, handed_headers

INVITE = """INVITE sip:+3225550199@a SIP/2.0\r
Via: SIP/2.0/UDP a;branch=z9hG4bK1\r
X-Shop-Order:  42\r
x-shop-Folded: one\r
  two\r
X-Carrier: c\r
User-to-User: 616263;encoding=hex\r
X-Shop-Order: 43\r
\r
X-Body: none\r
"""
ORDER, FOLDED, CARRIER = ("X-Shop-Order", "42"), ("x-shop-Folded", "one two"), ("X-Carrier", "c")
UUI = ("User-to-User", "616263;encoding=hex")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ((), []),
        (OF_ANYBODY, [ORDER, FOLDED, CARRIER, UUI]),
        (("x-SHOP-*",), [ORDER, FOLDED]),
        (("X-Carrier", "X-Other"), [CARRIER]),
        (("Via",), []),
    ],
)
def test_what_is_wanted_is_told_as_the_far_end_spells_it(wanted: Sequence[str], told: list[tuple[str, str]]) -> None:
    assert list(handed_headers(INVITE, wanted)) == told


NAMES = st.from_regex(r"\AX-[a-zA-Z0-9-]{0,60}\Z")
VALUES = st.sampled_from(["", "a, b", "7" * 300, "c" * 1000])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=40))
def test_no_message_makes_more_of_them_than_the_limits_allow(sent: list[tuple[str, str]]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent)

    told = handed_headers(f"INVITE sip:a@b SIP/2.0\r\n{lines}\r\n", OF_ANYBODY)

    assert len(told) <= MOST_HEADERS
    assert sum(len(name) + len(value) for name, value in told) <= MOST_CHARACTERS
    assert {name for name, _ in told} <= {name for name, _ in sent}
