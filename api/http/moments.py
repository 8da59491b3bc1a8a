"""Moments in a query, in every spelling that RFC 3339 §5.6 allows and programs write."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from api.http.problems import FieldError, Invalid

_MOMENT: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?P<fraction>\.\d+)?(?P<zone>[Zz]|[+ -]\d\d:\d\d)",
    re.ASCII,
)
_MICROSECONDS: Final = 7  # the dot and six digits; .NET writes seven digits, Go nine


def moment(query: Mapping[str, Any], name: str) -> datetime | None:
    """A date filter, in UTC; None without one. Raises Invalid for what is no moment, or beyond the years 1 to 9999."""
    if name not in query:
        return None
    found = _MOMENT.fullmatch(query[name])
    if found is None:
        raise Invalid(FieldError(name, "is no moment; write it as in RFC 3339: 2026-11-23T09:30:00Z."))
    # In a query, a plus that was not escaped arrives as a blank.
    zone = found["zone"].upper().replace(" ", "+")
    try:
        text = f"{found['date']}T{found['time']}{(found['fraction'] or '')[:_MICROSECONDS]}{zone}"
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(FieldError(name, f"is no moment: {error}.")) from None
