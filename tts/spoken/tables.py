"""The tables of a language: nl.toml, fr.toml, de.toml, en.toml. Other languages have no table."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.model.languages import primary_language

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun that is counted: one euro, many euros."""

    one: str
    many: str
    feminine: bool = False


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its hundredth; `cent` is None where amounts have none."""

    unit: Noun
    cent: Noun | None


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An abbreviation, written and said. `before` is what must follow: name, number, word; or it may end a sentence."""

    written: str
    spoken: str
    before: str


@dataclass(frozen=True, slots=True)
class ClockWords:
    """Times of day, how they are written (`patterns`, with groups h, m, s and half of the day) and said."""

    patterns: tuple[re.Pattern[str], ...]
    hour: Noun
    second: Noun
    joined: str
    twelve_hours: bool


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words within numbers, and how those are written.

    `joint` is what may stand before cents ("and"), from `cents_left_out_from` cents on that word is left out,
    `of` what stands between millions and their noun.
    """

    minus: str
    point: str
    percent: str
    thousands: str
    joint: str
    cents_left_out_from: int
    of: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates, how they are written and said; a region may have an order of its own.

    `day` is cardinal, ordinal, or first (an ordinal for the first day alone). `endings` says how the day ends after
    a word that governs it.
    """

    separators: str
    day: str
    said: str
    regions: Mapping[str, str]
    endings: Mapping[str, str]

    def order(self, language: str) -> str:
        """Day and month as they are said in the tag's region."""
        return self.regions.get(language.partition("-")[2].upper(), self.said)

    def month_first(self, language: str) -> bool:
        """Whether the month is written before the day."""
        return self.order(language).startswith("{month}")


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that is known of one language."""

    numbers: NumberWords
    scales: Mapping[str, str]
    currencies: Mapping[str, Currency]
    units: Mapping[str, Noun]
    clock: ClockWords
    dates: Dates
    ordinals: re.Pattern[str]
    abbreviations: tuple[Abbreviation, ...]
    suffixes: Mapping[str, str]


def table_of(language: str) -> Table | None:
    """The table for a tag such as fr-BE; None where there is none, and text stays as written."""
    return _read(primary_language(language))


@cache
def _read(language: str) -> Table | None:
    file = _FOLDER / f"{language}.toml"
    if not re.fullmatch("[a-z]{2,3}", language) or not file.exists():
        return None
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    clock, dates = raw["clock"], raw["dates"]
    return Table(
        numbers=NumberWords(**raw["numbers"]),
        scales=raw["scales"],
        currencies={code: _currency(*given) for code, given in raw["currencies"].items()},
        units={sign: Noun(*names) for sign, names in raw["units"].items()},
        clock=ClockWords(
            patterns=tuple(re.compile(each) for each in clock["patterns"]),
            hour=Noun(*clock["hour"]),
            second=Noun(*clock["second"]),
            joined=clock["joined"],
            twelve_hours=clock["twelve_hours"],
        ),
        dates=Dates(
            separators=dates["separators"],
            day=dates["day"],
            said=dates["said"],
            regions=dates.get("regions", {}),
            endings={word: ending for ending, words in dates.get("endings", {}).items() for word in words},
        ),
        ordinals=re.compile(raw["ordinals"]["pattern"]),
        abbreviations=tuple(
            Abbreviation(written, spoken, before)
            for before, listed in raw["abbreviations"].items()
            for written, spoken in listed.items()
        ),
        suffixes=raw["suffixes"],
    )


def _currency(one: str, many: str, cent: str = "", cents: str = "", feminine: bool = False) -> Currency:
    return Currency(Noun(one, many, feminine), Noun(cent, cents) if cent else None)
