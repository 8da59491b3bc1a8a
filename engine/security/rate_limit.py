"""How many requests somebody may send: a token bucket for each, in a table that does not grow without end."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from engine.security.least_recent import LeastRecent

_MOST: Final = 20_000
"""Buckets that are kept; some 4 MB. Who is pushed out by others is new again."""
_ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Quota:
    """What a bucket holds: `requests` at once, which come back evenly in `window_s` seconds."""

    requests: int
    window_s: int

    @property
    def per_request_s(self) -> float:
        """The time in which one request comes back."""
        return self.window_s / self.requests


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """What is left after a request: so many `available`, or, if it was refused, none for `again_after_s` seconds."""

    available: int
    again_after_s: int
    refused: bool


class TokenBuckets:
    """A bucket of one quota for each name, as the moment at which it is full (GCRA, ITU-T I.371 annex A).

    A bucket that nobody knows yet counts as empty but for a second's worth when the table begins, and fills from then
    on: a node that starts again and again never lets through more than its quota, and has nothing to store for it.
    """

    def __init__(self, quota: Quota, began_s: float, most: int = _MOST) -> None:
        self.quota = quota
        self._one_s = quota.per_request_s
        at_first_s = quota.window_s - max(1.0, self._one_s)
        self._new_full_s = began_s + max(0.0, at_first_s)
        self._full_s: LeastRecent[str, float] = LeastRecent(most)

    def __len__(self) -> int:
        return len(self._full_s)

    def take(self, name: str, now_s: float) -> QuotaLeft:
        """Let somebody's request pass, or refuse it, which costs them nothing."""
        known_s = self._full_s.get(name)
        full_s = max(self._new_full_s if known_s is None else known_s, now_s) + self._one_s
        beyond_s = full_s - now_s - self.quota.window_s
        if beyond_s > _ROUNDING_S:
            return QuotaLeft(0, max(1, ceil(beyond_s)), refused=True)
        self._full_s.put(name, full_s)
        available = int((_ROUNDING_S - beyond_s) / self._one_s)
        return QuotaLeft(available, ceil(self._one_s), refused=False)
