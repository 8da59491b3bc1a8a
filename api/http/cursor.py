"""Cursors: places in a list, as clients get and give them back. They are opaque, and say nothing that is secret."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from api.http.problems import FieldError, Invalid
from engine.store.page_cursor import PageCursor

T = TypeVar("T")


class TimeOf(Protocol):
    """The time by which a list is ordered."""

    def __call__(self, value: Any) -> datetime: ...


def place_of(query: Mapping[str, Any]) -> PageCursor | None:
    """The place that `cursor` names; None without one. Raises Invalid."""
    if "cursor" not in query:
        return None
    try:
        at, identifier = json.loads(base64.urlsafe_b64decode(query["cursor"].encode("ascii")))
        return PageCursor(datetime.fromisoformat(at).astimezone(UTC), str(identifier))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise Invalid(FieldError("cursor", "is none of ours; take next_cursor of an answer.")) from None


def next_cursor(found: Sequence[Any], page_size: int, time_of: TimeOf) -> dict[str, str]:
    """The answer's `next_cursor`, where there may be more."""
    if len(found) < page_size:
        return {}
    last = found[-1]
    place = json.dumps([time_of(last).astimezone(UTC).isoformat(), last.id])
    return {"next_cursor": base64.urlsafe_b64encode(place.encode()).decode()}


def words(text: str | None) -> frozenset[str]:
    """A list that is written with commas between."""
    return frozenset(word.strip() for word in (text or "").split(",") if word.strip())
