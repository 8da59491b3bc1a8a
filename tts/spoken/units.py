"""Numbers with their unit, and percentages."""

import re
from typing import Final

from tts.spoken.numerals import counted
from tts.spoken.quantities import quantity
from tts.spoken.tables import table_of

_PERCENT: Final = re.compile(r"(?<=\d)[ \u00a0\u202f]?%(?!\w)")
_MEASURED: Final = re.compile(
    r"\s*([-\u2212+]?[\d.,'\u2019 \u00a0\u202f]{1,30}?)[ \u00a0\u202f]?([^\d\s.,'\u2019]{1,6})\s*"
)


def with_percents(text: str, language: str) -> str:
    """The text with the word for %; the voice reads the number."""
    table = table_of(language)
    return text if table is None else _PERCENT.sub(f" {table.numbers.percent}", text)


def with_unit(text: str, language: str) -> str | None:
    """A number and its unit in words, such as 5 km; None if it isn't one that we know."""
    table = table_of(language)
    found = _MEASURED.fullmatch(text)
    if table is None or found is None or (noun := table.units.get(found[2])) is None:
        return None
    number = quantity(found[1], language)
    return None if number is None else counted(number, noun, language)
