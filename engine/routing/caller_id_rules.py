"""Where a caller id will not be seen as it is sent: countries that hide or cut their own numbers from abroad.

The table is config/caller_id_rules.toml. It is no legal advice, and only warns: nothing is refused by it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from engine.model.number_plans import is_mobile
from engine.model.numbers import country_of

_FILE: Final = "caller_id_rules.toml"
_ALIKE: Final = 2
"""Numbers of one country begin with the same plus and digit: most calls to others are told by that."""


class CallerIdFate(StrEnum):
    """What becomes of a country's own number that comes in from abroad."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    REPLACED = "replaced"
    BLOCKED = "blocked"


_SENTENCES: Final[Mapping[CallerIdFate, str]] = {
    CallerIdFate.HIDDEN: "the call is put through without a number",
    CallerIdFate.REPLACED: "the number is replaced by one that stands for none",
    CallerIdFate.BLOCKED: "the call may not be put through at all",
}


@dataclass(frozen=True, slots=True)
class CallerIdRule:
    """A country's rule for its fixed and its mobile numbers, where it comes from, who says so, and when."""

    country: str
    fixed: CallerIdFate
    mobile: CallerIdFate
    source: str
    checked: str
    date: date


@dataclass(frozen=True, slots=True)
class CallerIdWarning:
    """What will become of a caller id at its destination."""

    fate: CallerIdFate
    rule: CallerIdRule

    @property
    def text(self) -> str:
        country = self.rule.country.upper()
        return (
            f"A number of {country} that calls {country} through a carrier in another country: "
            f"{_SENTENCES[self.fate]} ({self.rule.source}; as of {self.rule.date}). "
            f"Use a trunk in {country} for it, or show another number."
        )


@dataclass(frozen=True, slots=True)
class CallerIdRules:
    """The table of rules, by ISO 3166 code in lower case."""

    countries: Mapping[str, CallerIdRule]

    def warning(self, caller: str, called: str, trunk_country: str) -> CallerIdWarning | None:
        """The warning for a call between two numbers by a carrier of a country; None where nothing is known."""
        if not called.startswith(caller[:_ALIKE]):
            return None
        country = _country(called)
        rule = self.countries.get(country)
        if rule is None or trunk_country == country or _country(caller) != country:
            return None
        fate = rule.mobile if is_mobile(caller) else rule.fixed
        return None if fate is CallerIdFate.SHOWN else CallerIdWarning(fate, rule)


@cache
def load_caller_id_rules() -> CallerIdRules:
    """The table of config/caller_id_rules.toml."""
    data = tomllib.loads((files("config") / _FILE).read_text("utf-8"))
    return CallerIdRules(
        {
            country: CallerIdRule(
                country,
                CallerIdFate(row["fixed"]),
                CallerIdFate(row["mobile"]),
                row["source"],
                row["checked"],
                row["date"],
            )
            for country, row in data["countries"].items()
        }
    )


def _country(number: str) -> str:
    try:
        return country_of(number)
    except ValueError:
        return ""
