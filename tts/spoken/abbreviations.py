"""Abbreviations that have one reading where they stand: dhr. Peeters, z.B., Kerkstr. 5."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.tables import table_of

_BEHIND: Final[Mapping[str, re.Pattern[str]]] = {
    "name": re.compile(r" (?:d(?:e|es|u|e la|en|er|os) |d'|l'|la |van |von )?[^\W\d_a-zß-öø-ÿ]"),
    "number": re.compile(r" ?[:+(]? ?\d"),
    "word": re.compile(r",? [^\W_]| ?\("),
    "any": re.compile(""),
}
"""What follows an abbreviation that is one; "any" may end a sentence."""

_SENTENCE_ENDS: Final = re.compile(r"\s*$|\s+[^\W\d_a-zß-öø-ÿ]")
_LOOKED_AT: Final = 10
"""Characters behind an abbreviation."""


def with_abbreviations(text: str, language: str) -> str:
    """The text with abbreviations as words. One that ends a sentence leaves its full stop."""
    table = table_of(language)
    if table is None:
        return text
    known = {each.written: each for each in table.abbreviations}

    def said(found: re.Match[str]) -> str:
        written = found.group()
        each = known.get(written) or known[written[:1].lower() + written[1:]]
        behind = text[found.end() : found.end() + _LOOKED_AT]
        if not _BEHIND[each.before].match(behind):
            return written
        ends = each.before == "any" and written.endswith(".") and _SENTENCE_ENDS.match(behind)
        return f"{each.spoken}." if ends else each.spoken

    if (suffixes := _suffixes(primary_language(language))) is not None:
        text = suffixes.sub(lambda found: f"{found[1]}{table.suffixes[found[2]]}", text)
    return _pattern(primary_language(language)).sub(said, text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    table = table_of(language)
    assert table is not None
    written = {each.written for each in table.abbreviations}
    written |= {f"{each[:1].upper()}{each[1:]}" for each in written}
    longest_first = sorted(written, key=len, reverse=True)
    return re.compile(rf"(?<![\w.'\u2019-])(?<![A-Z]\. )(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


@cache
def _suffixes(language: str) -> re.Pattern[str] | None:
    """The ends of a street's name, which starts with a capital."""
    table = table_of(language)
    if table is None or not table.suffixes:
        return None
    ends = "|".join(map(re.escape, table.suffixes))
    return re.compile(rf"(?<!\w)([A-ZÄÖÜ][\w-]{{2,30}}[ -]?)({ends})(?= \d|,| (?:in|te|à|at|and|und|en|is)\b)")
