"""Reads the fields of a policy as REST, commands and rows write them, and writes them."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from engine.errors import InvalidField
from engine.model.call_policy.number_kind import NumberKind
from engine.model.call_policy.policy import ANY_COUNTRY, NO_COUNTRY, CallPolicy, NewDestination
from engine.model.route.reading import read_times, written_times

_COUNTRY: Final = re.compile(rf"[a-z]{{2}}|{ANY_COUNTRY}|{NO_COUNTRY}")
_PREFIX: Final = re.compile(r"\+?[0-9]{1,15}")
_EUROS: Final = re.compile(r"\d{1,9}(\.\d{1,4})?")
_MOST: Final = 1_000_000_000
_LONGEST_S: Final = 86_400
_MOST_WORDS: Final = 1000
_YES: Final[Mapping[object, bool]] = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False}

Read = Callable[[object], Any]


def _number(least: int, most: int) -> Read:
    def read(given: object) -> int:
        text = str(given)
        if isinstance(given, bool) or not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"{given!r} is not allowed; give a whole number from {least} to {most}.")
        return int(text)

    return read


def _words(given: object) -> list[str]:
    """Texts of a list, or of one text between commas, as commands write them; blanks around them do not count."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(each, str) for each in parts):
        raise ValueError(f"{given!r} is no list of texts.")
    found = [each.strip() for each in parts if each.strip()]
    if len(found) > _MOST_WORDS:
        raise ValueError(f"has {len(found)} entries; {_MOST_WORDS} are allowed.")
    return found


def _texts(form: re.Pattern[str], spelling: str) -> Read:
    def read(given: object) -> frozenset[str]:
        found = frozenset(each.lower() for each in _words(given))
        wrong = sorted(each for each in found if not form.fullmatch(each))
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not {spelling}.")
        return found

    return read


def _kinds(given: object) -> frozenset[NumberKind]:
    return frozenset(_word(NumberKind, each) for each in _words(given))


def _word(words: type[StrEnum], given: Any) -> Any:
    try:
        return words(given)
    except ValueError:
        raise ValueError(f"{given!r} is not one of {', '.join(words)}.") from None


def _hours(given: object) -> Any:
    # Commas stand within days of the week, so several times are parted by semicolons.
    parts = given.split(";") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise ValueError(f"{given!r} is no list of times of the week.")
    return tuple(read_times(each.strip() if isinstance(each, str) else each) for each in parts)


def _euros(given: object) -> Decimal:
    if not isinstance(given, str) or not _EUROS.fullmatch(given):
        raise ValueError(f"{given!r} is no amount; write euros as a text, such as 25.00.")
    return Decimal(given)


def _yes(given: object) -> bool:
    if isinstance(given, bool | str) and given in _YES:
        return _YES[given]
    raise ValueError(f"{given!r} is neither true nor false.")


FIELDS: Final[Mapping[str, tuple[str, Read]]] = MappingProxyType(
    {
        "countries": ("countries", _texts(_COUNTRY, f"a country such as be, {ANY_COUNTRY}, or {NO_COUNTRY}")),
        "refused_types": ("refused_kinds", _kinds),
        "allowed_prefixes": ("allowed_prefixes", _texts(_PREFIX, "the beginning of a number, such as +3290")),
        "denied_prefixes": ("denied_prefixes", _texts(_PREFIX, "the beginning of a number, such as +3290")),
        "hours": ("hours", _hours),
        "calls_a_second": ("calls_a_second", _number(0, _MOST)),
        "calls_at_once": ("calls_at_once", _number(0, _MOST)),
        "inbound_calls_at_once": ("inbound_calls_at_once", _number(0, _MOST)),
        "minutes_a_day": ("minutes_a_day", _number(0, _MOST)),
        "minutes_a_month": ("minutes_a_month", _number(0, _MOST)),
        "euros_a_day": ("euros_a_day", _euros),
        "euros_a_month": ("euros_a_month", _euros),
        "longest_call": ("longest_call_s", _number(1, _LONGEST_S)),
        "new_destination": ("new_destination", lambda given: _word(NewDestination, given)),
        "short_calls_percent": ("short_calls_percent", _number(0, 100)),
        "short_call": ("short_call_s", _number(1, 3600)),
        "overrides": ("overrides", _yes),
    }
)
"""By the published name: the field of a `CallPolicy`, and how it is read. Times are in seconds."""


def changed(policy: CallPolicy, given: Mapping[str, object]) -> CallPolicy:
    """A policy with other values for the fields that are given; null says nothing of one any more.

    Raises InvalidField.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in FIELDS:
            raise InvalidField(name, f"{name} is no field of a policy. There are {', '.join(FIELDS)}.")
        field, read = FIELDS[name]
        try:
            values[field] = (False if field == "overrides" else None) if value is None else read(value)
        except ValueError as error:
            raise InvalidField(name, str(error)) from None
    made = replace(policy, **values)
    both = sorted((made.allowed_prefixes or frozenset()) & (made.denied_prefixes or frozenset()))
    if both:
        raise InvalidField("denied_prefixes", f"{both[0]} is allowed and denied; write it once.")
    return made


def written(policy: CallPolicy) -> dict[str, Any]:
    """The fields of which a policy says something, as JSON has them."""
    values = {name: _written(getattr(policy, field)) for name, (field, _) in FIELDS.items()}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def _written(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [written_times(each) for each in value]
        case Decimal() | StrEnum():
            return str(value)
    return value
