"""Text without markup as it is said. Only what can be read in one way is written out; other digits stay."""

import re
from typing import Final

from tts.spoken.abbreviations import with_abbreviations
from tts.spoken.amounts import with_amounts
from tts.spoken.clock import with_times
from tts.spoken.dates import with_dates
from tts.spoken.ordinals import with_ordinals
from tts.spoken.tables import table_of
from tts.spoken.telephone import with_phone_numbers
from tts.spoken.units import with_percents

# Dates come before phone numbers and times, which are made of the same signs.
_OF_DIGITS: Final = (with_dates, with_phone_numbers, with_times, with_amounts, with_percents, with_ordinals)
_A_DIGIT: Final = re.compile(r"\d")


def as_said(text: str, language: str) -> str:
    """The text in words where it is sure what they are. In a language without a table only phone numbers are read."""
    if table_of(language) is None:
        return with_phone_numbers(text, language)
    if _A_DIGIT.search(text):
        for reader in _OF_DIGITS:
            text = reader(text, language)
    return with_abbreviations(text, language)
