"""Where a call goes: its number, the country that has it, and what kind of number it is."""

from dataclasses import dataclass

from engine.model.call_policy.number_kind import NumberKind, kind_of
from engine.model.call_policy.policy import NO_COUNTRY
from engine.model.numbers import country_of, parse_e164


@dataclass(frozen=True, slots=True)
class Destination:
    """`number` is E.164, or what is dialled where that can't be read as E.164. `country` is empty then."""

    number: str
    country: str
    kind: NumberKind


def destination_of(number: str) -> Destination:
    """Where a call to a number goes."""
    try:
        parse_e164(number)
    except ValueError:
        return Destination(number, "", NumberKind.UNKNOWN)
    return Destination(number, country_of(number) or NO_COUNTRY, kind_of(number))
