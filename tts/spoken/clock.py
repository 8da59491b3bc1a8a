"""Times of the day: 14u30, 14:30, 14.30 Uhr, 2:30 pm."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.numerals import cardinal, counted
from tts.spoken.tables import Table, table_of

_NOON: Final = 12
_WRITTEN: Final = (
    re.compile(r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2}))?"),
    re.compile(r"(?P<h>\d{2})(?P<m>\d{2})(?P<half>[ap])"),  # VoiceXML 2.0, appendix P
    re.compile(r"(?P<h>\d{2})(?P<m>\d{2})[h?]?"),
)
"""Times that are said to be some."""


@dataclass(frozen=True, slots=True)
class _Time:
    """Hours, minutes, seconds; `half` is a, p, or nothing where the day has 24 hours."""

    hour: int
    minute: int
    second: int
    half: str

    @property
    def exists(self) -> bool:
        """Whether there is such a time. 24:00 is one."""
        if self.half:
            return 0 < self.hour <= _NOON and self.minute < 60 and self.second < 60
        return (self.hour < 24 and self.minute < 60 and self.second < 60) or (self.hour, self.minute) == (24, 0)


def with_times(text: str, language: str) -> str:
    """The text with times in words, where they can be nothing else."""
    table = table_of(language)
    if table is None:
        return text

    def said(found: re.Match[str]) -> str:
        return _words(_read(found), table, language) or found.group()

    for pattern in _patterns(primary_language(language)):
        text = pattern.sub(said, text)
    return text


def time_of_day(text: str, language: str) -> str | None:
    """A time in words that is said to be one; None if it can't be read."""
    table = table_of(language)
    if table is None:
        return None
    for pattern in (*table.clock.patterns, *_WRITTEN):
        found = pattern.fullmatch(text.strip())
        if found and (words := _words(_read(found), table, language)):
            return words
    return None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the table's times, where nothing stands beside them that makes them something else."""
    table = table_of(language)
    patterns = () if table is None else table.clock.patterns
    return tuple(re.compile(rf"(?<![\w:.,/])(?:{each.pattern})(?![\w:/]|[.,]\d)") for each in patterns)


def _read(found: re.Match[str]) -> _Time:
    parts = {"m": "0", "s": "0", "half": "", **{name: part for name, part in found.groupdict().items() if part}}
    return _Time(int(parts["h"]), int(parts["m"]), int(parts["s"]), parts["half"].lower())


def _words(time: _Time, table: Table, language: str) -> str | None:
    if not time.exists:
        return None
    seconds = table.clock.joined + counted(Decimal(time.second), table.clock.second, language) if time.second else ""
    if table.clock.twelve_hours:
        return _in_halves(time, seconds, table, language)
    minutes = f" {cardinal(time.minute, language)}" if time.minute else ""
    return counted(Decimal(time.hour), table.clock.hour, language) + minutes + seconds


def _in_halves(time: _Time, seconds: str, table: Table, language: str) -> str:
    """English: nine o'clock, nine oh five, two thirty PM. The half is left out where none was written before 13:00."""
    half = time.half or ("p" if 13 <= time.hour < 24 else "a" if time.hour in {0, 24} else "")
    hour = cardinal((time.hour + 11) % 12 + 1, language)
    if time.minute:
        oh = "oh " if time.minute < 10 else ""
        words = f"{hour} {oh}{cardinal(time.minute, language)}{seconds}"
    else:
        words = hour + seconds if half else f"{hour} {table.clock.hour.one}{seconds}"
    return f"{words} {half.upper()}M" if half else words
