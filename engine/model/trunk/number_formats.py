"""How a trunk writes telephone numbers, in both directions, as data.

Within the product a number is E.164; a trunk may want it national, with 00, bare, or behind a prefix of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.model.numbers import from_carrier, parse_e164


class NumberForm(StrEnum):
    """The way that a number of a country is written."""

    E164 = "e164"
    """+3225550199"""
    BARE = "bare"
    """3225550199: the country code without the plus."""
    INTERNATIONAL = "international"
    """003225550199, also at home."""
    NATIONAL = "national"
    """025550199 at home, 00493023125001 for all other countries."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A trunk's rule for numbers. Those that are not E.164 (112, an extension) only get the prefix.

    `country_code` and `trunk_prefix` are of the trunk's own country, for the national form: 32 and 0 for Belgium, 34
    and nothing for Spain. `prefix` stands before every number, as the 0 that a PBX wants for an outside line.
    """

    form: NumberForm = NumberForm.E164
    country_code: str = ""
    trunk_prefix: str = ""
    international_prefix: str = "00"
    prefix: str = ""

    def __post_init__(self) -> None:
        if self.form is NumberForm.NATIONAL and not self.country_code:
            raise ValueError("The national form needs the country code of the trunk's own country, such as 32.")

    def write(self, number: str) -> str:
        """A number as the trunk wants it."""
        return self.prefix + (self._written(number[1:]) if number.startswith("+") else number)

    def read(self, text: str) -> str:
        """A number of the trunk in E.164; what can't be one stays as it is, without the prefix."""
        number = text.removeprefix(self.prefix)
        if number.startswith("+"):
            return number
        return self._read_national(number) if self.form is NumberForm.NATIONAL else self._read_with_country(number)

    def _written(self, digits: str) -> str:
        match self.form:
            case NumberForm.E164:
                return f"+{digits}"
            case NumberForm.BARE:
                return digits
            case NumberForm.INTERNATIONAL:
                return self.international_prefix + digits
            case NumberForm.NATIONAL:
                return self._national(digits) or self.international_prefix + digits

    def _national(self, digits: str) -> str | None:
        """None for another country's number, and for one that would be read as another country's."""
        national = self.trunk_prefix + digits.removeprefix(self.country_code)
        at_home = digits.startswith(self.country_code) and not national.startswith(self.international_prefix)
        return national if at_home else None

    def _read_national(self, number: str) -> str:
        if number.startswith(self.international_prefix):
            return self._read_with_country(number)
        if not number.startswith(self.trunk_prefix):
            return number
        return _if_e164(f"+{self.country_code}{number.removeprefix(self.trunk_prefix)}") or number

    def _read_with_country(self, number: str) -> str:
        if number.startswith(self.international_prefix):
            return _if_e164("+" + number.removeprefix(self.international_prefix)) or number
        return from_carrier(number)


PLAIN_E164: Final = NumberFormat()


def _if_e164(text: str) -> str | None:
    try:
        return parse_e164(text)
    except ValueError:
        return None
