"""Whether this node is being served already: then its ports are taken rightly, and it knows its trunk."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import aiohttp

from api.http.listening import scheme_of
from config.settings import Settings
from engine.model.hosts import before_port

_TIMEOUT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A running server's own word at /readyz, by the names of checks and of trunks."""

    checks: Mapping[str, Mapping[str, Any]]
    trunks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def address(settings: Settings) -> str:
    """Where a server with these settings answers HTTP."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.http_host, settings.http_host)
    return f"{scheme_of(settings)}://{before_port(host)}:{settings.http_port}"


def own_certificate(settings: Settings) -> aiohttp.Fingerprint | bool:
    """The one certificate that the settings name, for aiohttp's `ssl`, whatever its host and authority."""
    if settings.http_tls_cert is None:
        return True
    try:
        pem = settings.http_tls_cert.read_text("ascii")
        first = pem[pem.index(ssl.PEM_HEADER) : pem.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)]
        return aiohttp.Fingerprint(sha256(ssl.PEM_cert_to_DER_cert(first)).digest())
    except (OSError, ValueError):
        return True


async def find(settings: Settings) -> RunningServer | None:
    """The server that answers at this node's address, if it is a Telefoon."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as client,
            # It is told nothing, and shows the former certificate while the files hold a new pair that is broken.
            client.get(f"{address(settings)}/readyz", ssl=False) as response,
        ):
            told = await response.json()
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):  # noqa: UP041
        return None
    checks = told.get("checks") if isinstance(told, dict) else None
    return RunningServer(checks, told.get("trunks", {})) if isinstance(checks, dict) else None
