"""Fields of the published JSON: one that is not known yet is left out, and moments are text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

Json = dict[str, Any]

_BEFORE_OFFSET: Final = -len("+00:00")
_USER: Final = re.compile(r"(?<=://)[^/?#]*@")


def known(fields: Mapping[str, Any]) -> Json:
    """Leave out what is not known."""
    return {name: value for name, value in fields.items() if value is not None}


def moment_text(at: datetime | None) -> str | None:
    """RFC 3339, UTC, to the millisecond."""
    if at is None:
        return None
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:_BEFORE_OFFSET]}Z"


def shown_address(url: str | None) -> str | None:
    """A URL for people, without user and password."""
    return None if url is None else _USER.sub("", url, count=1)
