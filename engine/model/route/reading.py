"""Reads the fields of a route, each by its kind, and writes times of the week as they are read."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.errors import InvalidField
from engine.model.route.times_of_week import EVERY_DAY, TimeOfWeek, Weekday
from engine.model.trunk.field import Text, WholeNumber
from engine.model.trunk.hosts import MOST_ORDER

TIMES_SPELLING: Final = "DAYS [HH:MM-HH:MM] ZONE, such as mon-fri 09:00-17:00 Europe/Brussels, or daily Europe/Berlin"
COST_SPELLING: Final = "an amount, such as 0.0125"
_PREFIX: Final = Text(r"(\+?\d{1,15})?", "is no beginning of a number; write +32, or digits as they are dialled.", 16)
_DAYS: Final = {each.name[:3].lower(): each for each in Weekday}
_HOURS: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_COST: Final = re.compile(r"\d{1,6}(\.\d{1,6})?")
_ORDER: Final = WholeNumber(0, MOST_ORDER)


def read_route(given: Mapping[str, object]) -> Mapping[str, Any]:
    """The fields of a `TrunkRoute` of those of a request, but for trunk and account. Raises InvalidField."""
    kinds = {
        "prefix": ("called_prefix", _PREFIX.read),
        "from_prefix": ("caller_prefix", _PREFIX.read),
        "times": ("times", read_times),
        "priority": ("priority", _ORDER.read),
        "weight": ("weight", _ORDER.read),
        "cost": ("cost", read_cost),
    }
    values = {}
    for name, value in given.items():
        field, read = kinds[name]
        try:
            values[field] = read(value)
        except ValueError as error:
            raise InvalidField(name, f"{name}: {error}") from None
    return values


def read_times(given: object) -> TimeOfWeek:
    """Days, a span of hours unless it is all day, and a zone. Raises ValueError."""
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text; write {TIMES_SPELLING}.")
    days, *hours, zone = given.split() if len(given.split()) in (2, 3) else ("", "")
    try:
        start, end = _hours(hours[0]) if hours else (time.min, time.min)
        return TimeOfWeek(ZoneInfo(zone).key, _days(days.lower()), start, end)
    except (ValueError, KeyError, OSError):
        raise ValueError(f"{given!r} is no time of the week; write {TIMES_SPELLING}.") from None


def written_times(times: TimeOfWeek) -> str:
    """What `read_times` reads."""
    days = "daily" if times.days == EVERY_DAY else ",".join(_runs(sorted(times.days)))
    hours = f"{times.start:%H:%M}-{times.end:%H:%M}"
    return f"{days} {hours} {times.zone}"


def read_cost(given: object) -> Decimal:
    """An amount per minute, as text. Raises ValueError."""
    if not isinstance(given, str) or not _COST.fullmatch(given):
        raise ValueError(f"{given!r} is not {COST_SPELLING}.")
    return Decimal(given)


def _days(text: str) -> frozenset[Weekday]:
    if text == "daily":
        return EVERY_DAY
    days: set[Weekday] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        begins, ends = _DAYS[first], _DAYS[last or first]
        days.update(Weekday((begins + count) % len(Weekday)) for count in range((ends - begins) % len(Weekday) + 1))
    return frozenset(days)


def _runs(days: Sequence[Weekday]) -> Iterator[str]:
    """Three days or more that follow each other as mon-fri, others by themselves."""
    for _, run in groupby(enumerate(days), key=lambda each: each[1] - each[0]):
        names = [day.name[:3].lower() for _, day in run]
        yield from (f"{names[0]}-{names[-1]}",) if len(names) > 2 else names


def _hours(text: str) -> tuple[time, time]:
    if (found := _HOURS.fullmatch(text)) is None:
        raise ValueError(text)
    hour, minute, until_hour, until_minute = map(int, found.groups())
    ends_with_the_day = (until_hour, until_minute) == (24, 0)
    return time(hour, minute), time.min if ends_with_the_day else time(until_hour, until_minute)
