"""Dates: 12/05/2026, 2026-05-12, 12.05.2026."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.libraries import babel
from tts.spoken.numerals import cardinal, year
from tts.spoken.ordinals import inflected, word_before
from tts.spoken.tables import Table, table_of

_ISO: Final = re.compile(r"(?<![\w.,/:-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?![\w/:-]|[.,]\d)")
_PARTS: Final = re.compile(r"\d+")
_SEPARATED: Final = re.compile(r"\s*\d{1,4}(?:\s?[-/.\s]\s?\d{1,4}){0,2}\.?\s*")
_COMPACT: Final = re.compile(r"\s*(\d{4})(\d\d)(\d\d)\s*")
_FORMATS: Final = frozenset({"mdy", "dmy", "ymd", "ydm", "md", "dm", "ym", "my", "d", "m", "y"})
_LOOKED_AT: Final = 20
_LEAP_YEAR: Final = 2000
_OLDEST_OF_TWO_DIGITS: Final = 69  # as POSIX has it: 69 is 1969, 68 is 2068


@dataclass(frozen=True, slots=True)
class _Date:
    """A date, as far as it is known; 0 is what is not."""

    year: int = 0
    month: int = 0
    day: int = 0

    @property
    def exists(self) -> bool:
        """Whether there is such a day, month or year."""
        if self.day and self.month:
            try:
                date(self.year or _LEAP_YEAR, self.month, self.day)
            except ValueError:
                return False
            return True
        return self.month <= 12 and self.day <= 31 and bool(self.year or self.month or self.day)


def with_dates(text: str, language: str) -> str:
    """The text with whole dates in words, in the order that the language writes, or that of ISO 8601."""
    table = table_of(language)
    if table is None:
        return text

    def said(found: re.Match[str]) -> str:
        day = _Date(int(found["y"]), int(found["m"]), int(found["d"]))
        return _words(day, table, language, text[max(0, found.start() - _LOOKED_AT) : found.start()]) or found.group()

    text = _ISO.sub(said, text)
    return _written(primary_language(language), month_first=table.dates.month_first(language)).sub(said, text)


def date_as_said(written: str, order: str, language: str, before: str = "") -> str | None:
    """A date that is said to be one; None if it can't be read. `order` is SSML's format: dmy, ym, or nothing."""
    if (found := _COMPACT.fullmatch(written)) is not None:
        parts, order = list(found.groups()), order if len(order) == 3 else "ymd"
        if order != "ymd":
            digits = "".join(parts)
            parts = [digits[:2], digits[2:4], digits[4:]] if order[-1] == "y" else parts
    elif _SEPARATED.fullmatch(written):
        parts = _PARTS.findall(written)
    else:
        return None
    order = order.lower() if order else _usual_order(parts, language)
    if order not in _FORMATS or len(order) != len(parts):
        return None
    named = {"d": "day", "m": "month", "y": "year"}
    day = _Date(**{named[each]: _number(part, each) for each, part in zip(order, parts, strict=True)})
    if not day.exists:
        return None
    table = table_of(language)
    if table is None:
        return _by_babel(day, language)
    return _words(day, table, language, before)


def _usual_order(parts: list[str], language: str) -> str:
    table = table_of(language)
    month_first = table is not None and table.dates.month_first(language)
    lengths = [len(part) > 2 for part in parts]
    match lengths:
        case [True]:
            return "y"
        case [True, False]:
            return "ym"
        case [False, True]:
            return "my"
        case [False, False]:
            return "md" if month_first else "dm"
        case [True, False, False]:
            return "ymd"
        case [False, False, _]:
            return "mdy" if month_first else "dmy"
    return "d"


def _number(part: str, meaning: str) -> int:
    number = int(part)
    if meaning == "y" and len(part) == 2:
        return number + (1900 if number >= _OLDEST_OF_TWO_DIGITS else 2000)
    return number or 99  # no day and no month is the noughth


@cache
def _written(language: str, *, month_first: bool) -> re.Pattern[str]:
    """Day, month and year as the language writes them, with the same sign between."""
    table = table_of(language)
    separators = "/" if table is None else re.escape(table.dates.separators)
    first, second = ("m", "d") if month_first else ("d", "m")
    return re.compile(
        rf"(?<![\w.,/:-])(?P<{first}>\d\d?)(?P<sign>[{separators}])(?P<{second}>\d\d?)(?P=sign)(?P<y>\d{{4}})"
        r"(?![\w/:-]|[.,]\d)"
    )


def _words(day: _Date, table: Table, language: str, before: str) -> str | None:
    if not day.exists:
        return None
    of_year = year(day.year, language) if day.year else ""
    if not day.day:
        return " ".join(filter(None, (_month(day.month, language) if day.month else "", of_year)))
    spelled = table.dates.day == "cardinal" or (table.dates.day == "first" and day.day > 1)
    of_day = cardinal(day.day, language) if spelled else inflected(day.day, before, table, language)
    if not day.month:
        return of_day
    order = table.dates.order(language)
    if word_before(before) == "the":
        order = order.removeprefix("the ")
    said = order.format(day=of_day, month=_month(day.month, language))
    comma = "," if of_year and table.dates.month_first(language) else ""
    return f"{said}{comma} {of_year}" if of_year else said


def _month(number: int, language: str) -> str:
    names = babel("dates").get_month_names("wide", locale=language.replace("-", "_"))
    return str(names[number])


def _by_babel(day: _Date, language: str) -> str | None:
    """The date as CLDR writes it at length; the voice reads its digits."""
    if not (day.year and day.month and day.day):
        return None
    dates = babel("dates")
    locale = language.replace("-", "_")
    return str(dates.format_date(date(day.year, day.month, day.day), "long", locale=locale))
