"""Rating, the price of a call: longest prefix, price a minute, increments; decimal arithmetic throughout."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.errors import SetupError
from engine.model.call import Direction

CURRENCY: Final = "EUR"
COLUMNS: Final = ("direction", "prefix", "name", "per_minute", "first_s", "following_s")
SETUP: Final = "setup"
"""A further column, which may be left out."""

_EXACT_TO: Final = Decimal("0.0001")
_PREFIX: Final = re.compile(r"[1-9][0-9]{0,14}")
_LONGEST_INCREMENT_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of calls to numbers that begin with `prefix` (digits without plus; empty: all the others).

    The first `first_s` seconds are charged whole, then each `following_s` begun; 60/60 is by the minute,
    1/1 by the second. `setup` is charged once, for the answer.
    """

    direction: Direction
    prefix: str
    name: str
    per_minute: Decimal
    first_s: int
    following_s: int
    setup: Decimal = Decimal(0)

    def price(self, seconds: int) -> Decimal:
        """EUR to four decimals, half up; nothing for a call that was never answered."""
        if seconds <= 0:
            return Decimal(0).quantize(_EXACT_TO)
        return (self.setup + self.per_minute * self.charged_s(seconds) / 60).quantize(_EXACT_TO, ROUND_HALF_UP)

    def charged_s(self, seconds: int) -> int:
        """How many seconds are charged for a call of so many: all increments that it has begun."""
        begun = -(-max(seconds - self.first_s, 0) // self.following_s)
        return self.first_s + begun * self.following_s


@dataclass(frozen=True, slots=True)
class Rates:
    """Every rate, by direction and prefix; each direction has one for all other numbers."""

    by_prefix: Mapping[tuple[Direction, str], Rate]

    def rate_of(self, number: str, direction: Direction = Direction.OUTBOUND) -> Rate | None:
        """The rate with the longest prefix of a number; None for a SIP URI, which costs nothing."""
        if not number.startswith("+"):
            return None
        digits = number[1:]
        prefixes = (digits[:length] for length in range(len(digits), -1, -1))
        return next(rate for prefix in prefixes if (rate := self.by_prefix.get((direction, prefix))))

    def price(self, number: str, seconds: int, direction: Direction = Direction.OUTBOUND) -> Decimal:
        """EUR for a call to a number (the called one in either direction) of so many answered seconds."""
        rate = self.rate_of(number, direction)
        return rate.price(seconds) if rate else Decimal(0).quantize(_EXACT_TO)


def load_rates(path: Path | None = None) -> Rates:
    """The rates in a CSV file, by default config/rates.csv. Raises SetupError that names the line."""
    source: Path | Traversable = path or files("config") / "rates.csv"
    rates: dict[tuple[Direction, str], Rate] = {}
    for line, row in _rows(source):
        try:
            rate = _rate(row)
        except ValueError as error:
            raise SetupError(f"{source}, line {line}: {error}.") from None
        if (rate.direction, rate.prefix) in rates:
            raise SetupError(f"{source}, line {line}: there is a rate for {rate.direction} {rate.prefix!r} already.")
        rates[rate.direction, rate.prefix] = rate
    for direction in Direction:
        if (direction, "") not in rates:
            raise SetupError(f"{source} has no {direction} rate with an empty prefix, for all other numbers.")
    return Rates(MappingProxyType(rates))


def _rows(source: Path | Traversable) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines that hold something, with their numbers; those that begin with # are for readers."""
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The rates in {source} can't be read: {error}.") from error
    rows = [(line, next(csv.reader([text]))) for line, text in enumerate(lines, 1) if text and text[0] != "#"]
    if not rows or tuple(rows[0][1]) not in (COLUMNS, (*COLUMNS, SETUP)):
        raise SetupError(f"{source} must begin with the line: {','.join(COLUMNS)} (and {SETUP}, if you like)")
    return iter(rows[1:])


def _rate(row: Sequence[str]) -> Rate:
    if len(row) not in (len(COLUMNS), len(COLUMNS) + 1):
        raise ValueError(f"there are {len(row)} values, not {len(COLUMNS)}")
    direction, prefix, name, per_minute, first_s, following_s, *setup = row
    if direction not in list(Direction):
        raise ValueError(f"direction is {direction!r}; write {' or '.join(Direction)}")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise ValueError(f"prefix is {prefix!r}; write digits, the country code first")
    return Rate(
        direction=Direction(direction),
        prefix=prefix,
        name=name,
        per_minute=_amount("per_minute", per_minute),
        first_s=_increment("first_s", first_s),
        following_s=_increment("following_s", following_s),
        setup=_amount(SETUP, setup[0]) if setup else Decimal(0),
    )


def _amount(column: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{column} is {text!r}; write an amount in {CURRENCY} such as 0.0150")
    return amount


def _increment(column: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LONGEST_INCREMENT_S:
        raise ValueError(f"{column} is {text!r}; write seconds from 1 to {_LONGEST_INCREMENT_S}")
    return int(text)
