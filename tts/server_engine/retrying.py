"""When a request that failed is made again: what is likely to pass, twice at most, and never beyond its time."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

RETRIES: Final = 2
RETRIED: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be others the next time (RFC 9110 §15, RFC 6585 §4)."""

_PAUSES_S: Final = (0.2, 0.6)


def pause_s(retry: int, left_s: float, retry_after: str | None, now: datetime) -> float | None:
    """Seconds to wait before the so many-th retry, counted from 0; None where it is not to be made.

    `left_s` is what is left of the request's time. A server that asks for a longer pause is left alone at once: the
    caller would only wait for nothing.
    """
    if retry >= RETRIES:
        return None
    pause = max(_PAUSES_S[retry], _wanted_s(retry_after, now))
    return pause if pause < left_s else None


def _wanted_s(retry_after: str | None, now: datetime) -> float:
    """Retry-After (RFC 9110 §10.2.3) is a number of seconds or a date; what is neither says nothing."""
    if retry_after is None:
        return 0.0
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else math.inf
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
