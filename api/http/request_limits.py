"""How much a client may ask for: requests by key and by address, wrong keys, streams and downloads at once by account.

Answers say so by the header fields of draft-ietf-httpapi-ratelimit-headers-10, refusals by its problem quota-exceeded.
All is in memory: each look-up is O(1), and no table grows without end.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from api.http.client_address import source_of
from api.http.problems import QuotaExceeded
from engine.model.accounts import Address
from engine.security.least_recent import LeastRecent
from engine.security.rate_limit import Quota, QuotaLeft, TokenBuckets
from engine.security.wrong_keys import WrongKeys

WINDOW_S: Final = 10
"""A client that was quiet may send the requests of so many seconds at once."""
_GOOD_KEYS: Final = 10_000
_AGAIN_AFTER_S: Final = 5
_HEADERS: Final = web.RequestKey("rate_limit_headers", tuple[int, str, str])
"""How many requests are left of the nearest limit, and what both header fields say."""


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """Requests a second by key and by address (0 is without end), and wrong keys from an address that cost nothing."""

    per_key_s: int = 200
    per_address_s: int = 400
    wrong_keys: int = 10
    streams_per_account: int = 50
    streams: int = 200
    downloads_per_account: int = 20
    downloads: int = 50


class RequestLimits:
    """The limits of a node's REST interface, and how near to them its clients are. For asyncio's thread."""

    def __init__(self, limits: ApiLimits | None = None, now_s: Callable[[], float] = time.monotonic) -> None:
        limits = limits or ApiLimits()
        self._now_s = now_s
        self._of_addresses = _buckets(limits.per_address_s, now_s())
        self._of_keys = _buckets(limits.per_key_s, now_s())
        self._policy = ", ".join(_policies(self._of_keys, self._of_addresses))
        self._wrong_keys = WrongKeys(limits.wrong_keys) if limits.wrong_keys else None
        self._good_keys: LeastRecent[int, None] = LeastRecent(_GOOD_KEYS)
        self.streams = OpenAtOnce("streams", limits.streams_per_account, limits.streams)
        self.downloads = OpenAtOnce("downloads", limits.downloads_per_account, limits.downloads)

    def take_of_address(self, request: web.Request, address: Address | None) -> None:
        """Count a request for its address, of IPv6 for the /64. Raises QuotaExceeded."""
        if self._of_addresses is not None and address is not None:
            self._take(request, "address", self._of_addresses, source_of(address))

    def take_of_key(self, request: web.Request, key_id: str) -> None:
        """Count a request for its key. Raises QuotaExceeded."""
        if self._of_keys is not None:
            self._take(request, "key", self._of_keys, key_id)

    def require_look(self, key: str, address: Address | None) -> None:
        """Whether a key is to be looked up at all. Raises QuotaExceeded where others of its address were wrong.

        One that was right of late always is: behind a proxy that nobody trusts, all clients have one address.
        """
        if self._wrong_keys is None or address is None or hash(key) in self._good_keys:
            return
        wait_s = self._wrong_keys.wait_s(source_of(address), self._now_s())
        if wait_s:
            detail = "Wrong API keys came from this address; wait before you send another."
            raise QuotaExceeded(detail, wait_s, "wrong-keys")

    def note_right(self, key: str) -> None:
        """The key opened something."""
        self._good_keys.put(hash(key), None)

    def note_wrong(self, key: str, address: Address | None) -> None:
        """The key opened nothing."""
        self._good_keys.forget(hash(key))
        if self._wrong_keys is not None and address is not None:
            self._wrong_keys.count(source_of(address), self._now_s())

    def _take(self, request: web.Request, policy: str, buckets: TokenBuckets, name: str) -> None:
        allowance = buckets.take(name, self._now_s())
        before = request.get(_HEADERS)
        if before is None or allowance.available <= before[0]:
            request[_HEADERS] = (allowance.available, self._policy, _told(policy, allowance))
        if allowance.refused:
            quota = buckets.quota
            raise QuotaExceeded(
                f"This {policy} may send {quota.requests} requests in {quota.window_s} s.",
                allowance.again_after_s,
                policy,
            )


async def add_rate_limit_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What is left of the limit that is nearest; a signal of aiohttp, before an answer's headers leave."""
    told = request.get(_HEADERS)
    if told is not None:
        _, response.headers["RateLimit-Policy"], response.headers["RateLimit"] = told


class OpenAtOnce:
    """At most so many of a kind open at once: for each account, and in all."""

    def __init__(self, what: str, per_account: int, in_all: int) -> None:
        self._what = what
        self._per_account = per_account
        self._in_all = in_all
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, account_id: str) -> Iterator[None]:
        """One more of this account is open while inside. Raises QuotaExceeded."""
        if self._open[account_id] >= self._per_account:
            raise QuotaExceeded(
                f"{self._per_account} {self._what} of this account are open already.",
                _AGAIN_AFTER_S,
                f"{self._what}-of-account",
            )
        if self._open.total() >= self._in_all:
            raise QuotaExceeded(f"{self._in_all} {self._what} are open already.", _AGAIN_AFTER_S, self._what)
        self._open[account_id] += 1
        try:
            yield
        finally:
            self._open[account_id] -= 1
            if not self._open[account_id]:
                del self._open[account_id]


def _buckets(per_s: int, began_s: float) -> TokenBuckets | None:
    return TokenBuckets(Quota(per_s * WINDOW_S, WINDOW_S), began_s) if per_s else None


def _policies(of_keys: TokenBuckets | None, of_addresses: TokenBuckets | None) -> Iterator[str]:
    for name, buckets in (("key", of_keys), ("address", of_addresses)):
        if buckets is not None:
            yield f'"{name}";q={buckets.quota.requests};w={buckets.quota.window_s}'


def _told(policy: str, allowance: QuotaLeft) -> str:
    return f'"{policy}";r={allowance.available};t={allowance.again_after_s}'
