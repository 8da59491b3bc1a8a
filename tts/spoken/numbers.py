"""Every number of a text in words, for voices that count otherwise than the language's region does."""

import re
from functools import lru_cache
from typing import Final

from tts.spoken.numerals import cardinal, decimal
from tts.spoken.ordinals import with_ordinals
from tts.spoken.quantities import quantity
from tts.spoken.tables import table_of

_NUMBER: Final = re.compile(
    r"(?P<minus>(?<![\w)\-\u2212])[-\u2212])?"
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3}(?!\d)){1,4}(?:[.,]\d{1,6}(?!\d))?"
    r"|\d{1,3}(?:[.,]\d{3}(?!\d)){1,4}(?:[.,]\d{1,6}(?!\d))?"
    r"|\d+(?:[.,]\d{1,6}(?!\d))?)"
)
_NOUGHT_FIRST: Final = re.compile(r"0\d")
_MOST_DIGITS: Final = 12


def numbers_written_out(text: str, language: str) -> str:
    """The text without a digit. What is no quantity (007, or more than twelve digits) is said digit by digit.

    A language without a table stays as it is.
    """
    table = table_of(language)
    if table is None or not any(character.isdecimal() for character in text):
        return text
    text = with_ordinals(text, language)

    def said(found: re.Match[str]) -> str:
        words = _in_words(found["number"], language)
        before, behind = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
        return "".join(
            (
                " " if before.isalnum() else "",
                f"{table.numbers.minus} " if found["minus"] else "",
                words,
                " " if behind.isalnum() or behind in {"%", "€", "$", "£", "°"} else "",
            )
        )

    return _NUMBER.sub(said, text)


@lru_cache(maxsize=4096)
def _in_words(written: str, language: str) -> str:
    number = None if _NOUGHT_FIRST.match(written) else quantity(written, language)
    if number is not None:
        return decimal(number, language)
    return " ".join(
        _group(part, language) if part.isdecimal() else part for part in re.findall(r"\d+|[^\d\s]+", written)
    )


def _group(digits: str, language: str) -> str:
    if len(digits) <= _MOST_DIGITS and not _NOUGHT_FIRST.match(digits):
        return cardinal(int(digits), language)
    return " ".join(cardinal(int(digit), language) for digit in digits)
