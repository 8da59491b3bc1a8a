"""The days of which usage is asked for at /2010-04-01: by a subresource's name, or from StartDate to EndDate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from api.http.problems import FieldError, Invalid

_FROM_TODAY: Final = re.compile(r"([+-][0-9]{1,5})days?")
_FIRST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class UsageDays:
    """Days from one to another, both included."""

    since: date
    until: date

    def within(self, bucket: str) -> "UsageDays":
        """The days of a day, month or year (ISO 8601) that are among these."""
        year, month, day = (int(each) for each in f"{bucket}-01-01"[: len("2026-01-01")].split("-"))
        begins = date(year, month, day)
        if len(bucket) == len("2026-01-01"):
            ends = begins
        elif len(bucket) == len("2026-01"):
            ends = _month_after(begins) - timedelta(days=1)
        else:
            ends = date(year, 12, 31)
        return UsageDays(max(self.since, begins), min(self.until, ends))


def days_asked(query: Mapping[str, Any], name: str, made: date, today: date) -> UsageDays:
    """The days that a subresource names; of others those asked for, else all since the account was made.

    Raises Invalid for what is no day.
    """
    named = _named(name, today)
    if named is not None:
        return named
    return UsageDays(_day(query, "StartDate", made, today), _day(query, "EndDate", today, today))


def _named(name: str, today: date) -> UsageDays | None:
    yesterday, this_month = today - timedelta(days=1), today.replace(day=1)
    last = this_month - timedelta(days=1)
    return {
        "Today": UsageDays(today, today),
        "Yesterday": UsageDays(yesterday, yesterday),
        "ThisMonth": UsageDays(this_month, today),
        "LastMonth": UsageDays(last.replace(day=1), last),
    }.get(name)


def _day(query: Mapping[str, Any], field: str, otherwise: date, today: date) -> date:
    """A day, as 2026-11-30 or so many from today, as -30days."""
    text = query.get(field)
    if text is None:
        return otherwise
    counted = _FROM_TODAY.fullmatch(text)
    try:
        day = today + timedelta(days=int(counted[1])) if counted else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Invalid(FieldError(field, f"{text[:40]!r} is no day, such as 2026-11-30 or -30days.")) from None
    return min(max(day, _FIRST), today + timedelta(days=1))


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
