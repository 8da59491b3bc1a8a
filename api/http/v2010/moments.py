"""Date filters of /2010-04-01: a day, or a moment, and before or after it by the sign in the parameter's name."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from api.http.moments import moment

_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?", re.ASCII)


def since_and_until(query: Mapping[str, Any], name: str) -> tuple[datetime | None, datetime | None]:
    """The stretch that `name`, `name>` and `name<` leave together: from a moment on, and before another.

    A day alone is all of that day in UTC, and a moment without a zone is in UTC. Raises Invalid for what is neither.
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
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return moment({name: f"{query[name]}Z"} if _WITHOUT_ZONE.fullmatch(query[name]) else query, name)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        return None
