"""Requests between nodes: believed once, by the node that they are for, unchanged, for a minute."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.security.inside_requests import VALID_S, Asked, InsideRequests, NotInside

PEPPER: Final = b"p" * 32
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
ASKED: Final = Asked("DELETE", "/v1/voice/calls/CA1?x=1", b"")
ABOUT: Final = {"account": "AC1", "scopes": ["calls"]}


def signed(asked: Asked = ASKED, at: datetime = NOON, pepper: bytes = PEPPER, to: str = "b") -> str:
    return InsideRequests(pepper, "a").signed(to, asked, ABOUT, at)


def test_what_another_node_has_signed_is_read() -> None:
    assert InsideRequests(PEPPER, "b").read(signed(), ASKED, NOON) == ABOUT


@pytest.mark.parametrize(
    ("asked", "header", "why"),
    [
        (ASKED, signed(pepper=b"q" * 32), "signature is wrong"),
        (Asked("GET", ASKED.path, b""), signed(), "signature is wrong"),
        (Asked("DELETE", "/v1/voice/calls/CA2", b""), signed(), "signature is wrong"),
        (Asked("DELETE", ASKED.path, b"{}"), signed(), "signature is wrong"),
        (ASKED, signed(to="c"), "for another node"),
        (ASKED, "", "signature is wrong"),
        (ASKED, "nothing", "signature is wrong"),
        (ASKED, "payload.zz", "not signed"),
    ],
)
def test_what_was_changed_or_is_for_another_is_refused(asked: Asked, header: str, why: str) -> None:
    with pytest.raises(NotInside, match=why):
        InsideRequests(PEPPER, "b").read(header, asked, NOON)


def test_what_comes_twice_is_refused() -> None:
    reader, header = InsideRequests(PEPPER, "b"), signed()
    reader.read(header, ASKED, NOON)

    with pytest.raises(NotInside, match="came before"):
        reader.read(header, ASKED, NOON + timedelta(seconds=59))


@pytest.mark.parametrize("at", [NOON, datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)], ids=["noon", "midnight"])
@pytest.mark.parametrize("apart_s", [-30, 30])
def test_clocks_may_be_half_a_minute_apart(at: datetime, apart_s: float) -> None:
    assert InsideRequests(PEPPER, "b").read(signed(at=at), ASKED, at + timedelta(seconds=apart_s)) == ABOUT


@pytest.mark.parametrize("apart_s", [-VALID_S - 1, VALID_S + 1])
def test_what_is_old_or_of_tomorrow_is_refused(apart_s: float) -> None:
    with pytest.raises(NotInside, match="time is over"):
        InsideRequests(PEPPER, "b").read(signed(), ASKED, NOON + timedelta(seconds=apart_s))


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=1))
def test_no_character_may_be_another(place: int, other: bytes) -> None:
    header = signed().encode()
    place %= len(header)
    changed = header[:place] + other + header[place + 1 :]
    if changed.lower() == header.lower():  # hex digits may be capitals
        return

    with pytest.raises(NotInside):
        InsideRequests(PEPPER, "b").read(changed.decode("latin-1"), ASKED, NOON)
