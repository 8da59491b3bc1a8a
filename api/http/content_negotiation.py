"""Which of several representations a client wants, by `?format=` or its Accept header (RFC 9110 §12.5.1)."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def preferred(accept: str | None, offered: Mapping[str, T]) -> T | None:
    """Choose the media type that the header likes best, of those in order of our own liking; None if it wants none."""
    likings = _likings(accept or "*/*")
    rated = [(_rating(media_type, likings), offer) for media_type, offer in offered.items()]
    best = max((rating for rating, _ in rated), default=0.0)
    return next((offer for rating, offer in rated if rating == best), None) if best > 0 else None


def _likings(accept: str) -> dict[str, float]:
    """Media ranges with their weights; other parameters, as codecs, are not looked at."""
    found: dict[str, float] = {}
    for each in accept.split(","):
        media_range, *parameters = (part.strip().lower() for part in each.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            found[media_range] = float(weight)
        except ValueError:
            found[media_range] = 0.0
    return found


def _rating(media_type: str, likings: Mapping[str, float]) -> float:
    """Rate a media type by the most specific range that names it."""
    family = media_type.partition("/")[0]
    for media_range in (media_type, f"{family}/*", "*/*"):
        if media_range in likings:
            return likings[media_range]
    return 0.0
