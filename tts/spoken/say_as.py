"""What SSML's <say-as> holds, as it is said: the values of the W3C's note on say-as, VoiceXML's, and usual ones."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tts.spoken.amounts import amount, currency_of
from tts.spoken.clock import time_of_day
from tts.spoken.dates import date_as_said
from tts.spoken.numerals import decimal, ordinal, spells
from tts.spoken.ordinals import inflected
from tts.spoken.quantities import quantity
from tts.spoken.tables import table_of
from tts.spoken.telephone import phone_number
from tts.spoken.units import with_unit
from tts.text import spaced_digits

LETTER_BY_LETTER: Final = frozenset({"characters", "spell-out", "verbatim"})

_ORDINAL: Final = re.compile(r"(\d{1,6})\s?(?:[^\W\d]{1,4}|[.°ºª])?")
_LARGEST_ORDINAL: Final = 9_999
_NUMBER: Final = r"\d[\d.,'\u2019 \u00a0\u202f]{0,25}?"
_CURRENCY: Final = r"[A-Za-z]{3}|(?:US)?\$|[€£¥]"
_AMOUNT: Final = re.compile(
    rf"(?P<minus>[-\u2212]?)\s*(?:(?P<before>{_CURRENCY})\s*(?P<number>[-\u2212]?{_NUMBER})"
    rf"|(?P<number_>{_NUMBER})\s*(?P<behind>{_CURRENCY})?)(?:,?[-\u2013\u2014]{{1,2}})?"
)


@dataclass(frozen=True, slots=True)
class SayAs:
    """The element: its attributes, its text, the language that holds there, and the text before it."""

    kind: str
    format: str
    text: str
    language: str
    before: str = ""


def is_kind(kind: str) -> bool:
    """Whether it is a value of interpret-as that is read here."""
    return _plain(kind) in _READERS


def said_as(element: SayAs) -> str | None:
    """The text in words; None if it isn't what the element says it is, so that it is better spoken as written."""
    return _READERS[_plain(element.kind)](replace(element, text=element.text.strip()))


def _plain(kind: str) -> str:
    return kind.strip().lower().removeprefix("vxml:")


def _as_written(element: SayAs) -> str:
    return element.text


def _digits(element: SayAs) -> str | None:
    return f" {spaced_digits(element.text)} " if re.search(r"\d", element.text) else None


def _telephone(element: SayAs) -> str | None:
    number = phone_number(element.text, element.format, element.language)
    return None if number is None else f" {number} "


def _date(element: SayAs) -> str | None:
    if re.search(r"[^\W\d_]", element.text):
        return element.text  # a month's name, which the voice reads
    return date_as_said(element.text, element.format, element.language, element.before)


def _time(element: SayAs) -> str | None:
    if table_of(element.language) is None:
        return element.text
    return time_of_day(element.text, element.language)


def _number(element: SayAs) -> str | None:
    match element.format.strip().lower():
        case "ordinal":
            return _ordinal(element)
        case "digits":
            return _digits(element)
        case "telephone":
            return _telephone(replace(element, format=""))
    number = quantity(element.text, element.language)
    if number is None or table_of(element.language) is None:
        return None if number is None else element.text
    return decimal(number, element.language)


def _ordinal(element: SayAs) -> str | None:
    found = _ORDINAL.fullmatch(element.text)
    if found is None or not 0 < int(found[1]) <= _LARGEST_ORDINAL:
        return None
    number, table = int(found[1]), table_of(element.language)
    if table is not None:
        return inflected(number, element.before, table, element.language)
    return ordinal(number, element.language) if spells(element.language) else element.text


def _currency(element: SayAs) -> str | None:
    found = _AMOUNT.fullmatch(element.text)
    if found is None:
        return None
    code = currency_of(found["before"] or found["behind"] or element.format)
    number = quantity(found["number"] or found["number_"], element.language)
    if code is None or number is None:
        return None
    return amount(-number if found["minus"] else number, code, element.language)


def _unit(element: SayAs) -> str | None:
    return with_unit(element.text, element.language) or element.text


_READERS: Final[Mapping[str, Callable[[SayAs], str | None]]] = {
    "date": _date,
    "time": _time,
    "telephone": _telephone,
    "phone": _telephone,
    "currency": _currency,
    "cardinal": _number,
    "number": _number,
    "ordinal": _ordinal,
    "digits": _digits,
    "unit": _unit,
    "address": _as_written,
    "name": _as_written,
    "net": _as_written,
    "fraction": _as_written,
}
