"""French compound numerals in figures, for a voice that reads 77 right and soixante-dix-sept wrong."""

import re
from functools import cache
from typing import Final

from tts.spoken.numerals import cardinal

_COMPOUND: Final = (17, 18, 19, *range(21, 30), *range(31, 40), *range(41, 50), *range(51, 60), *range(61, 100))
"""Below a hundred, what is written with a hyphen or in several words."""


def with_figures(text: str) -> str:
    """The text with France's numerals from dix-sept to quatre-vingt-dix-neuf in figures; all else stays in words."""
    return _numerals().sub(lambda found: str(_numbers()[_key(found.group())]), text)


@cache
def _numbers() -> dict[str, int]:
    return {_key(cardinal(number, "fr-FR")): number for number in _COMPOUND} | {"quatre vingt": 80}


@cache
def _numerals() -> re.Pattern[str]:
    longest_first = sorted(_numbers(), key=len, reverse=True)
    alternatives = "|".join(words.replace(" ", r"[ \u00a0-]") for words in longest_first)
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)


def _key(numeral: str) -> str:
    return re.sub(r"[ \u00a0-]", " ", numeral).lower()
