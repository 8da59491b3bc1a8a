"""Which policy a call has where none was chosen: by the countries of its two numbers, the stricter wins.

The table is config/consent.toml. It is no legal advice.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from engine.model.consent.policy import ConsentChoice, ConsentPolicy, strictest
from engine.model.numbers import country_of

_FILE: Final = "consent.toml"


@dataclass(frozen=True, slots=True)
class Source:
    """A law; the article where we are sure of it."""

    law: str
    article: str = ""

    def __str__(self) -> str:
        return f"{self.law}, {self.article}" if self.article else self.law


@dataclass(frozen=True, slots=True)
class Country:
    """A default, where it comes from, against what that was compared, and how the law was read."""

    code: str
    name: str
    policy: ConsentPolicy
    sources: tuple[Source, ...]
    checked: str
    note: str


@dataclass(frozen=True, slots=True)
class Countries:
    """The consent policy that each country's law asks for.

    By ISO 3166 code in lower case; `elsewhere` is for all others, `everywhere` the law that they share."""

    table: Mapping[str, Country]
    everywhere: tuple[Source, ...]
    elsewhere: Country

    def default(self, numbers: Iterable[str], home: str) -> ConsentChoice:
        """The default policy between some numbers; one of no country (a SIP address, +800) counts as of `home`."""
        found = [self.table.get(_country(number) or home, self.elsewhere) for number in numbers]
        policy = strictest(country.policy for country in found)
        deciding = {country.code: country for country in found if country.policy is policy}
        cited = [f"{code.upper()}: {'; '.join(map(str, each.sources))}" for code, each in sorted(deciding.items())]
        return ConsentChoice(policy, basis=f"Default by country. {'. '.join(cited)}.")


def load_countries() -> Countries:
    """Read the countries of config/consent.toml."""
    data = tomllib.loads((files("config") / _FILE).read_text("utf-8"))
    table = {code: _read(code, each) for code, each in data["countries"].items()}
    return Countries(table, _sources(data["everywhere"]["sources"]), _read("elsewhere", data["elsewhere"]))


def _read(code: str, given: Mapping[str, Any]) -> Country:
    sources = _sources(given["sources"])
    return Country(code, given["name"], ConsentPolicy(given["policy"]), sources, given["checked"], given["note"])


def _sources(given: list[dict[str, str]]) -> tuple[Source, ...]:
    return tuple(Source(**each) for each in given)


def _country(number: str) -> str:
    try:
        return country_of(number)
    except ValueError:
        return ""
