"""Certificates of those who sign calls, fetched over HTTPS when a call names them, and kept for as long as told."""

import asyncio
import re
import ssl
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from cryptography import x509
from yarl import URL

from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import Occurrence
from engine.errors import EgressDenied
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.stir.certificate import read_chain
from engine.stir.identity_fault import IdentityFault, IdentityFaultKind

_FETCH_S: Final = 5.0
_MOST_BYTES: Final = 64 * 1024
_MOST_KEPT: Final = 1000
_MOST_AT_ONCE: Final = 16
_LONGEST_KEPT_S: Final = 86400.0
_FAULT_KEPT_S: Final = 10.0
"""A place that gives no certificate is left alone for so long: else each call would ask it."""
_MAX_AGE: Final = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT: Final = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)

Fetched = tuple[Sequence[x509.Certificate] | IdentityFault, float]
"""What came, and for how many seconds it holds."""


@dataclass(slots=True)
class _Kept:
    fetched: Occurrence = field(default_factory=Occurrence)
    found: Sequence[x509.Certificate] | IdentityFault = ()
    until_s: float = float("inf")


class CertificateStore:
    """Fetches certificates from where `egress` allows, each once for all calls that wait for it.

    A fetch goes on when the call that began it waits no more: the next one finds its result.
    """

    def __init__(self, egress: Egress, tls: ssl.SSLContext | None = None) -> None:
        self._egress = egress
        self._tls = tls if tls is not None else ssl.create_default_context()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._fetches = BackgroundTasks("certificates of callers")
        self._resolver = GuardedResolver(egress)
        self._client: aiohttp.ClientSession | None = None

    async def chain(self, url: str) -> Sequence[x509.Certificate]:
        """The certificates at a URL, that of the signer first. Raises IdentityFault."""
        kept = self._kept.get(url)
        if kept is None or kept.until_s <= time.monotonic():
            kept = self._kept[url] = _Kept()
            self._fetches.begin(self._fetch(url, kept))
            self._forget_the_oldest()
        await kept.fetched.wait()
        if isinstance(kept.found, IdentityFault):
            raise IdentityFault(kept.found.kind, kept.found.words)
        return kept.found

    async def close(self) -> None:
        """End what is being fetched, and its connections."""
        await self._fetches.close()
        if self._client is not None:
            await self._client.close()
        await self._resolver.close()

    def _forget_the_oldest(self) -> None:
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)

    async def _fetch(self, url: str, kept: _Kept) -> None:
        found: Fetched = IdentityFault(IdentityFaultKind.UNREACHABLE, f"{url} was not asked."), 0.0
        try:
            async with asyncio.timeout(_FETCH_S):
                found = await self._get(url)
        except (EgressDenied, aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            found = IdentityFault(IdentityFaultKind.UNREACHABLE, f"{url} gave no certificate: {why}."), _FAULT_KEPT_S
        except IdentityFault as fault:
            found = fault, _FAULT_KEPT_S
        finally:
            kept.found, kept.until_s = found[0], time.monotonic() + found[1]
            kept.fetched.set()

    async def _get(self, url: str) -> Fetched:
        """Raises EgressDenied, ClientError, OSError, ValueError, IdentityFault."""
        asked = URL(url)
        self._egress.check(asked)
        if asked.scheme != "https":
            raise EgressDenied("certificates are fetched by https alone")
        async with self._session().get(asked, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"it answered {answer.status}")
            content = bytearray()
            async for piece in answer.content.iter_any():
                content += piece
                if len(content) > _MOST_BYTES:
                    raise ValueError("it is too long")
            return read_chain(bytes(content)), _kept_for(answer.headers.get("Cache-Control", ""))

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            connector = aiohttp.TCPConnector(limit=_MOST_AT_ONCE, resolver=self._resolver, ssl=self._tls)
            self._client = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._client


def _kept_for(cache_control: str) -> float:
    """RFC 9111 §5.2.2; what does not say how long it holds is fetched anew each time."""
    found = _MAX_AGE.search(cache_control)
    if found is None or _NOT_KEPT.search(cache_control):
        return 0.0
    return min(float(found[1]), _LONGEST_KEPT_S)
