"""Amounts of money, with a sign or a code: € 12,50 is twelve euros and fifty cents."""

import re
from decimal import Decimal
from functools import cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.libraries import babel
from tts.spoken.numerals import beside, cardinal, counted, decimal
from tts.spoken.quantities import NUMBER, quantity
from tts.spoken.tables import Currency, Noun, Table, table_of

_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "US$": "USD", "¥": "JPY"}
_NAMED: Final = ("EUR", "USD")
"""Whose names may stand behind cents: a pound is a weight, too."""

_NOTHING_BEHIND: Final = r"(?:,(?:--?|[\u2013\u2014]))"  # 5,- and such with a dash
_NO_RANGE: Final = r"(?<!\d[-\u2013])"  # the end of 5-10 is no amount by itself
_SPACE: Final = r"[ \u00a0\u202f]?"


def with_amounts(text: str, language: str) -> str:
    """The text with amounts in words, where a sign or a code stands beside the number."""
    table = table_of(language)
    if table is None:
        return text

    def said(found: re.Match[str]) -> str:
        written = found["before"] or found["behind"]
        number = quantity(found["number"] or found["number_"], language)
        scale = found["scale"] or found["scale_"]
        code = _code(written, table)
        is_name = code != written and written not in _SIGNS
        if number is None or (is_name and not scale and number.as_tuple().exponent != -2):
            return found.group()  # 12 euro: the voice reads that by itself
        minus = bool(found["minus"] or found["minus_"])
        return amount(-number if minus else number, code, language, scale and table.scales[scale])

    return _pattern(primary_language(language)).sub(said, text)


def amount(number: Decimal, code: str, language: str, scale: str | None = None) -> str:
    """The amount in words; `scale` is a word such as million behind the number."""
    table = table_of(language)
    if table is None or (known := table.currencies.get(code)) is None:
        return _by_babel(number, code, language)
    minus = f"{table.numbers.minus} " if number < 0 else ""
    number = abs(number)
    if scale:
        millions = Noun(scale, scale, feminine=primary_language(language) == "de")
        return minus + beside(counted(number, millions, language), known.unit.many, language)
    return minus + _with_cents(number, known, table, language)


def currency_of(written: str) -> str | None:
    """The code of ISO 4217 for a sign or a code; None if there is no such currency."""
    code = _SIGNS.get(written, written.upper())
    return code if code in babel("numbers").list_currencies() else None


def _with_cents(number: Decimal, currency: Currency, table: Table, language: str) -> str:
    whole, cents = divmod(int(number * 100), 100)
    if currency.cent is None or number != number.quantize(Decimal("0.01")):
        return counted(number.normalize() if cents else Decimal(whole), currency.unit, language)
    units = counted(Decimal(whole), currency.unit, language)
    if not cents:
        return units
    small = counted(Decimal(cents), currency.cent, language)
    if not whole:
        return small
    if cents >= table.numbers.cents_left_out_from:
        return f"{units} {cardinal(cents, language)}"
    return f"{units}{table.numbers.joint} {small}"


def _by_babel(number: Decimal, code: str, language: str) -> str:
    """Another currency's name by CLDR. The digits stay where we have no words for them."""
    numbers = babel("numbers")
    locale = language.replace("-", "_")
    if table_of(language) is None:
        return str(numbers.format_currency(number, code, locale=locale, format_type="name"))
    return f"{decimal(number.normalize(), language)} {numbers.get_currency_name(code, number, locale=locale)}"


def _code(written: str, table: Table) -> str:
    if written in _SIGNS:
        return _SIGNS[written]
    for code, currency in table.currencies.items():
        if written in {code, currency.unit.one, currency.unit.many}:
            return code
    return written


@cache
def _pattern(language: str) -> re.Pattern[str]:
    table = table_of(language)
    assert table is not None
    signs = "|".join(map(re.escape, sorted({*_SIGNS, *table.currencies}, key=len, reverse=True)))
    names = "|".join(table.currencies[code].unit.many for code in _NAMED)
    scales = "|".join(map(re.escape, sorted(table.scales, key=len, reverse=True)))
    minus = r"(?:(?<!\w)[-\u2212]" + _SPACE + ")?"
    return re.compile(
        rf"{_NO_RANGE}(?<![\w.,:/€$£¥])(?P<minus>{minus})(?P<number>{NUMBER}){_NOTHING_BEHIND}?(?:{_SPACE}(?P<scale>{scales}))?"
        rf"{_SPACE}(?P<behind>{signs}|{names})(?![\w€$£¥]|{_SPACE}\d)"
        rf"|{_NO_RANGE}(?<![\w€$£¥])(?P<minus_>{minus})(?P<before>{signs}){_SPACE}(?P<number_>[-\u2212]?{NUMBER}){_NOTHING_BEHIND}?"
        rf"(?:{_SPACE}(?P<scale_>{scales})(?!\w))?(?![\w€$£¥%]|[.,:/]\d|{_SPACE}[-\u2013]{_SPACE}[\d€$£])"
    )
