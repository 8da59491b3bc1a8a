"""Date filters of /2010-04-01: a day, or a moment, and before or after it by the sign in the parameter's name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.http.moments import moment


def since_and_until(query: Mapping[str, Any], name: str) -> tuple[datetime | None, datetime | None]:
    """The stretch that `name`, `name>` and `name<` leave together: from a moment on, and before another.

    A day alone is all of that day in UTC. Raises Invalid for what is neither a day nor a moment.
    """
    since = _beginning(query, f"{name}>")
    before = _beginning(query, f"{name}<")
    if name in query:
        begins = _beginning(query, name)
        assert begins is not None
        ends = begins + (timedelta(days=1) if _day(query[name]) else timedelta(seconds=1))
        since = max(since or begins, begins)
        before = min(before or ends, ends)
    return since, before


def _beginning(query: Mapping[str, Any], name: str) -> datetime | None:
    if name not in query:
        return None
    day = _day(query[name])
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else moment(query, name)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        return None
