"""Nonces of digest challenges: they say themselves who has made them and when, so that nothing is kept of them."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Final

VALID_S: Final = 60.0
"""How long a challenge may be answered."""

_TIME_BYTES, _RANDOM_BYTES, _SEAL_BYTES = 8, 6, 16


class DigestNonces:
    """Makes nonces, and takes each answer to one once. Belongs to one thread; `now_s` is in seconds since 1970.

    Of a nonce that was answered rightly the count (nc) is kept while it is valid, so that nobody sends the same again.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._key = secrets.token_bytes(32)
        self._counts: dict[str, int] = {}

    def make(self) -> str:
        """A nonce that nobody else has."""
        told = int(self._now_s() * 1000).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
        return urlsafe_b64encode(told + self._seal(told)).decode("ascii")

    def spend(self, nonce: str, count: int) -> bool:
        """Whether it is ours and still valid, and the count higher than any before, which is noted then."""
        if not self.is_valid(nonce):
            return False
        self._forget()
        if count <= self._counts.get(nonce, 0):
            return False
        self._counts[nonce] = count
        return True

    def is_valid(self, nonce: str) -> bool:
        """Whether it is ours, and may still be answered."""
        made_s = self._made_s(nonce)
        return made_s is not None and 0 <= self._now_s() - made_s < VALID_S

    def _forget(self) -> None:
        # They are in the order of their first answers, so that all are over a while after the first of them.
        while self._counts and not self.is_valid(oldest := next(iter(self._counts))):
            del self._counts[oldest]

    def _made_s(self, nonce: str) -> float | None:
        """When we have made it; None where we have not."""
        try:
            content = urlsafe_b64decode(nonce.encode("ascii"))
        except ValueError:
            return None
        told, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
        # The same bytes can be written in several ways, which would be counted apart.
        if len(told) != _TIME_BYTES + _RANDOM_BYTES or urlsafe_b64encode(content).decode("ascii") != nonce:
            return None
        if not hmac.compare_digest(seal, self._seal(told)):
            return None
        return int.from_bytes(told[:_TIME_BYTES], "big") / 1000

    def _seal(self, told: bytes) -> bytes:
        return hmac.digest(self._key, told, hashlib.sha256)[:_SEAL_BYTES]
