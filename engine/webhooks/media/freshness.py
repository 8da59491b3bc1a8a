"""Freshness of an answer, which may be used again without asking: RFC 9111, for a cache of one account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

KEPT_HEADERS: Final = ("Cache-Control", "Expires", "Date", "Age", "ETag", "Last-Modified", "Vary")
_LONGEST_S: Final = 2.0**31
"""RFC 9111 §1.2.2: as good as for ever."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """`storable` is whether it may be kept at all; `fresh_s` how many seconds from its arrival it needs no question.

    There is no guess where the server says nothing (§4.2.2): whoever changes a prompt wants to hear it.
    """

    storable: bool
    fresh_s: float


def freshness(headers: Mapping[str, str], now: datetime) -> Freshness:
    """How long an answer with these headers (names without regard to case) is fresh, which arrived at `now`."""
    said = {name.lower(): value for name, value in headers.items()}
    directives = _directives(said.get("cache-control", ""))
    if "no-store" in directives or "*" in said.get("vary", ""):
        return Freshness(False, 0)
    return Freshness(True, 0.0 if "no-cache" in directives else _lifetime_s(said, directives, now))


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request that asks whether a stored answer is still good (§4.3.1)."""
    said = {name.lower(): value for name, value in headers.items()}
    asked = {"If-None-Match": said.get("etag", ""), "If-Modified-Since": said.get("last-modified", "")}
    return {name: value for name, value in asked.items() if value}


def refreshed(stored: Mapping[str, str], confirmed: Mapping[str, str]) -> dict[str, str]:
    """The stored headers after a 304 (§4.3.4); an Age belongs to the answer that it came with."""
    kept = {name: value for name, value in stored.items() if name != "Age"}
    return kept | kept_of(confirmed)


def kept_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer that are stored with it."""
    return {name: headers[name] for name in KEPT_HEADERS if name in headers}


def _lifetime_s(said: Mapping[str, str], directives: Mapping[str, str], now: datetime) -> float:
    age_s = _seconds(said.get("age", "")) or 0.0
    if "max-age" in directives:
        # What can't be read counts as stale (§4.2.1).
        return max((_seconds(directives["max-age"]) or 0.0) - age_s, 0.0)
    expires, date = _moment(said.get("expires", "")), _moment(said.get("date", "")) or now
    return max((expires - date).total_seconds() - age_s, 0.0) if expires else 0.0


def _directives(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(","))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs if name.strip()}


def _seconds(text: str) -> float | None:
    text = text.strip()
    return min(float(text), _LONGEST_S) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
