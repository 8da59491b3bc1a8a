"""Requests between nodes of one database: signed with a key of the day, which all nodes make from the pepper.

What is signed names the node that asks and the one that is asked, what it asks, for whom, and when; it holds for a
minute and once. A customer's key is in none of it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.security.secrets import same

VALID_S: Final = 60.0
"""Clocks of nodes may differ by this, either way, less the time that a request takes."""
_PURPOSE: Final = "telefoon nodes 1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class NotInside(Exception):
    """A request that says it comes from a node of ours, and does not, or comes twice or too late."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the method, the path with its query, and the body's bytes."""

    method: str
    path: str
    body: bytes

    def digest(self) -> str:
        """SHA-256 of all three, in hex."""
        told = f"{self.method} {self.path}\n".encode() + hashlib.sha256(self.body).digest()
        return hashlib.sha256(told).hexdigest()


class InsideRequests:
    """Signs requests to other nodes, and reads those that come from them."""

    def __init__(self, pepper: bytes, node: str) -> None:
        self._pepper = pepper
        self._node = node
        self._seen: dict[str, datetime] = {}

    def signed(self, to: str, asked: Asked, about: Mapping[str, Any], now: datetime) -> str:
        """The header's value for a request to a node; `about` is told with it (JSON values)."""
        told = {
            "from": self._node,
            "to": to,
            "at": now.timestamp(),
            "nonce": secrets.token_hex(_NONCE_BYTES),
            "about": dict(about),
        }
        payload = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        return f"{payload}.{self._signature(payload, asked, now.astimezone(UTC).date()).hex()}"

    def read(self, header: str, asked: Asked, now: datetime) -> Mapping[str, Any]:
        """What a node of ours tells about its request to this one. Raises NotInside."""
        payload, _, signature = header.partition(".")
        told = self._trusted(payload, signature, asked, now)
        at = datetime.fromtimestamp(told["at"], UTC)
        if told["to"] != self._node:
            raise NotInside("It is for another node.")
        if abs((now - at).total_seconds()) > VALID_S:
            raise NotInside("Its time is over, or the clocks of two nodes differ by a minute.")
        self._forget(now)
        if told["nonce"] in self._seen:
            raise NotInside("It came before.")
        self._seen[told["nonce"]] = now
        about: Mapping[str, Any] = told["about"]
        return about

    def _trusted(self, payload: str, signature: str, asked: Asked, now: datetime) -> dict[str, Any]:
        """The payload, once its signature is right: before that nothing of it is read."""
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            raise NotInside("It is not signed.") from None
        if not any(same(given, self._signature(payload, asked, day)) for day in _days(now)):
            raise NotInside("Its signature is wrong.")
        told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload))
        return told

    def _signature(self, payload: str, asked: Asked, day: date) -> bytes:
        return hmac.digest(_key_of(self._pepper, day), f"{payload}\n{asked.digest()}".encode(), hashlib.sha256)

    def _forget(self, now: datetime) -> None:
        over = now - timedelta(seconds=2 * VALID_S)
        for nonce in [each for each, at in self._seen.items() if at < over]:
            del self._seen[nonce]


@lru_cache(8)
def _key_of(pepper: bytes, day: date) -> bytes:
    """The key of a day (RFC 5869)."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"{_PURPOSE} {day.isoformat()}".encode()).derive(pepper)


def _days(now: datetime) -> Iterable[date]:
    """Around midnight, clocks may be of different days."""
    return (now.astimezone(UTC).date() + timedelta(days=days) for days in (0, -1, 1))
