"""Ordinals as they are written: 1e, 3de, 1er, 2ème, 21st, and in German 3. before a month."""

import re
from functools import cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.numerals import ordinal
from tts.spoken.tables import Table, table_of

_ENGLISH: Final = {1: "st", 2: "nd", 3: "rd"}
_WORD_BEFORE: Final = re.compile(r"(\w+)\s*$")
_LOOKED_AT: Final = 20
"""Characters before an ordinal."""


def with_ordinals(text: str, language: str) -> str:
    """The text with ordinals in words."""
    table = table_of(language)
    if table is None:
        return text

    def said(found: re.Match[str]) -> str:
        number, mark = int(found["n"]), found["mark"]
        if not number or not _belongs(number, mark, language):
            return found.group()
        return _as_marked(number, mark, text[max(0, found.start() - _LOOKED_AT) : found.start()], table, language)

    return _pattern(primary_language(language)).sub(said, text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    table = table_of(language)
    assert table is not None
    return re.compile(rf"(?<![\w.,/:+-])(?:{table.ordinals.pattern})(?!\w)")


def _belongs(number: int, mark: str, language: str) -> bool:
    match primary_language(language):
        case "en":
            return mark == ("th" if number // 10 % 10 == 1 else _ENGLISH.get(number % 10, "th"))
        case "fr":
            first = mark in {"er", "ers", "re", "ère"}
            return number == 1 if first else number == 2 if mark in {"nd", "nde"} else number > 1
    return True


def inflected(number: int, before: str, table: Table, language: str) -> str:
    """The ordinal as it is said behind the text `before`: am zwölften, der zwölfte, zwölfter."""
    words = ordinal(number, language)
    return words + table.dates.endings.get(word_before(before), "r") if table.dates.endings else words


def word_before(text: str) -> str:
    """The last word, in lower case."""
    found = _WORD_BEFORE.search(text[-_LOOKED_AT:])
    return found[1].lower() if found else ""


def _as_marked(number: int, mark: str, before: str, table: Table, language: str) -> str:
    match mark:
        case "re" | "ère":
            return "première"
        case "nd" if primary_language(language) == "fr":
            return "second"
        case "nde":
            return "seconde"
        case "ers" | "es":
            return f"{ordinal(number, language)}s"
    return inflected(number, before, table, language)
