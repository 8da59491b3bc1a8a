"""Ranges of telephone numbers that belong together, as carriers assign them: +3225550xxx is a thousand.

A range is a number whose last digits are open. Of those that fit a number, the one with the fewest open digits holds.
"""

import re
from collections.abc import Sequence
from typing import Final

from engine.model.numbers import parse_e164

OPEN: Final = "x"
MOST_OPEN: Final = 8
FEWEST_FIXED: Final = 4
"""A country code and a digit more: no account has a country."""

_RANGE: Final = re.compile(r"(\+[0-9]+)((?:[xX]|\[0-9\](?:\{[0-9]{1,2}\})?)+)")
_OPEN: Final = re.compile(r"[xX]|\[0-9\](?:\{([0-9]{1,2})\})?")
_LONGEST_QUOTE: Final = 40


def parse_number_or_range(text: str) -> str:
    """A number in E.164, or a range as +3225550xxx, which may be given as +3225550[0-9]{3} too.

    Raises ValueError with a sentence for the user.
    """
    if not set(text) & set("xX[]{}*"):
        return parse_e164(text)
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text[:_LONGEST_QUOTE]!r} is no range: its open digits stand at the end, as in +322555xxxx or "
            "+322555[0-9]{4}."
        )
    fixed, open_digits = found[1], sum(int(each[1] or 1) for each in _OPEN.finditer(found[2]))
    if len(fixed) - 1 < FEWEST_FIXED or not 1 <= open_digits <= MOST_OPEN:
        raise ValueError(
            f"{text[:_LONGEST_QUOTE]!r} has {len(fixed) - 1} fixed digits and {open_digits} open ones; at least "
            f"{FEWEST_FIXED} are fixed, and 1 to {MOST_OPEN} open."
        )
    parse_e164(fixed + "0" * open_digits)
    return fixed + OPEN * open_digits


def fitting(number: str) -> Sequence[str]:
    """The number itself, and all ranges that it may be of; the one that holds before others comes first."""
    if not re.fullmatch(r"\+[0-9]+", number):
        return (number,)
    most = min(MOST_OPEN, len(number) - 1 - FEWEST_FIXED)
    return (number, *(number[:-places] + OPEN * places for places in range(1, most + 1)))
