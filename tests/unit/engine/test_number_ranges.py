"""Ranges of numbers: how they are written, and which hold for a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.number_ranges import FEWEST_FIXED, MOST_OPEN, fitting, parse_number_or_range


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("+3225550100", "+3225550100"),
        ("+3225550xxx", "+3225550xxx"),
        ("+3225550XXX", "+3225550xxx"),
        ("+3225550[0-9]{3}", "+3225550xxx"),
        ("+3225550[0-9][0-9]x", "+3225550xxx"),
        ("+3225550[0-9]{2}x", "+3225550xxx"),
        ("+322555010[0-9]", "+322555010x"),
    ],
)
def test_one_range_has_one_spelling_within(text: str, written: str) -> None:
    assert parse_number_or_range(text) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("025550xxx", "is no range"),
        ("+32255x0100", "stand at the end"),
        ("+3225550[0-4]xx", "is no range"),
        ("+3225550*", "is no range"),
        ("+3225550[0-9]{3", "is no range"),
        ("+3225550[0-9]{0}", "0 open ones"),
        ("+32xxxxxxxx", "2 fixed digits and 8 open"),
        ("+3222xxxxxxxxx", "9 open"),
        ("+3225xx", "too short for its country"),
        ("+0225550xxx", "no telephone number"),
        ("+" + "1" * 100000 + "x", "no telephone number"),
        ("3225550100", "no telephone number"),
        ("", "no telephone number"),
    ],
)
def test_what_is_no_range_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_number_or_range(text)


def test_the_number_itself_holds_first_and_then_the_range_with_the_fewest_open_digits() -> None:
    assert fitting("+3225550100") == (
        "+3225550100", "+322555010x", "+32255501xx", "+3225550xxx", "+322555xxxx", "+32255xxxxx", "+3225xxxxxx",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["112", "alice", "", "anonymous", "+", "+32-2", "sip:+3225550100@a"])
def test_what_is_no_number_is_of_no_range(name: str) -> None:
    assert name in fitting(name)
    assert not any("x" in each for each in fitting(name) if each != name)


@given(st.from_regex(r"\A\+[1-9][0-9]{3,14}\Z"), st.integers(1, MOST_OPEN))
def test_a_number_fits_a_range_of_its_beginning_and_no_other(number: str, places: int) -> None:
    ranges = fitting(number)[1:]

    assert len(ranges) <= MOST_OPEN
    assert all(len(each) == len(number) and number.startswith(each.rstrip("x")) for each in ranges)
    has_it = number[:-places] + "x" * places in ranges
    assert has_it == (len(number) - 1 - places >= FEWEST_FIXED)
