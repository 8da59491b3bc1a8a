"""The HTTP server of the REST interface: its address, its start and its end."""

import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from typing import Final, Self

from aiohttp import web

from api.http.connection import ClientPatience
from api.http.door import DoorLimits, HttpDoor, HttpListener, bound
from api.http.served_certificate import ServedCertificate
from config.settings import Settings
from engine.aio.tasks import started, stopped
from engine.errors import SetupError
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.hosts import before_port

_CLOSE_S: Final = 5.0
_LOOPBACK: Final = "127.0.0.1"
_PART_OF_FILES: Final = 8
"""One of so many open files may be a connection: calls need the others."""


def public_address_of(settings: Settings) -> str:
    """The address where others reach the server: as set, where a proxy stands before it."""
    if settings.public_url or not _keeps_to_itself(settings):
        return settings.public_url or address_of(settings)
    return f"{scheme_of(settings)}://{before_port(settings.http_host)}:{settings.http_shared_port}"


def address_of(settings: Settings) -> str:
    """The address where the server listens at its own port."""
    scheme = "http" if _keeps_to_itself(settings) else scheme_of(settings)
    return f"{scheme}://{before_port(_own_host(settings))}:{settings.http_port}"


def scheme_of(settings: Settings) -> str:
    """The scheme of URLs at which the server itself answers."""
    return "https" if settings.http_tls_cert else "http"


@dataclass(frozen=True, slots=True)
class HttpFront:
    """What stands before the REST interface: the door that connections come in by, and the certificate it shows."""

    door: HttpDoor
    certificate: ServedCertificate | None

    @classmethod
    def of(cls, settings: Settings, meters: Meters) -> Self:
        """Raises SetupError where the settings' files are no certificate and its key."""
        patience = ClientPatience(settings.http_head_s, settings.http_idle_s, settings.http_reader_s)
        trusted = tuple(settings.trusted_proxies)
        most = min(settings.http_connections, _files() // _PART_OF_FILES)
        limits = DoorLimits(most, settings.http_connections_of_address, trusted, patience)
        return cls(HttpDoor(limits, meters), _certificate(settings))

    def gauges(self) -> Mapping[Metric, float]:
        """How it stands, for /metrics."""
        found: dict[Metric, float] = {Metric.HTTP_CONNECTIONS: self.door.open_connections}
        if self.certificate is not None:
            found[Metric.HTTP_CERTIFICATE_EXPIRES] = self.certificate.until.timestamp()
        return found

    def cautions(self, now: datetime) -> Sequence[str]:
        """What clients will find wrong with it, or do already, in a sentence each."""
        return () if self.certificate is None else tuple(self.certificate.cautions(now))


@asynccontextmanager
async def listening(app: web.Application, settings: Settings, front: HttpFront) -> AsyncIterator[None]:
    """Answers while inside, over TLS where the settings have a certificate. Raises SetupError."""
    runner = web.AppRunner(app, shutdown_timeout=_CLOSE_S)
    await runner.setup()
    try:
        async with _open(front, settings, runner):
            yield
    finally:
        await runner.cleanup()
        await front.door.close()


@asynccontextmanager
async def _open(front: HttpFront, settings: Settings, runner: web.AppRunner) -> AsyncIterator[None]:
    assert runner.server is not None, "it was set up"
    shown = front.certificate
    listeners = await _listeners(settings, shown.context if shown else None)
    watching = [started(shown.watch(), "HTTP certificate")] if shown else []
    try:
        async with front.door.open(listeners, runner.server):
            yield
    finally:
        await stopped(*watching)


async def _listeners(settings: Settings, context: ssl.SSLContext | None) -> Sequence[HttpListener]:
    """Listen at its own port, and at the one that other nodes of this machine have too, if there is one."""
    own = await _bound(_own_host(settings), settings.http_port, "TELEFOON_HTTP_PORT")
    listeners = [HttpListener(each, None if _keeps_to_itself(settings) else context) for each in own]
    if not settings.http_shared_port:
        return listeners
    try:
        shared = await _bound(settings.http_host, settings.http_shared_port, "TELEFOON_HTTP_SHARED_PORT", shared=True)
    except SetupError:
        for each in own:
            each.close()
        raise
    return [*listeners, *(HttpListener(each, context) for each in shared)]


def _keeps_to_itself(settings: Settings) -> bool:
    """Whether its own port is for other nodes of this machine alone, without TLS, as clients have one with it."""
    return bool(settings.http_shared_port) and settings.http_tls_cert is not None


def _own_host(settings: Settings) -> str:
    return _LOOPBACK if _keeps_to_itself(settings) else settings.http_host


async def _bound(host: str, port: int, setting: str, *, shared: bool = False) -> Sequence[socket.socket]:
    try:
        return await bound(host, port, shared=shared)
    except OSError as error:
        raise SetupError(
            f"HTTP can't listen on {host}:{port}: {_words(error)}. "
            f"Stop the program that has it, or set {setting} to a free port."
        ) from error


def _certificate(settings: Settings) -> ServedCertificate | None:
    if settings.http_tls_cert is None or settings.http_tls_key is None:
        return None
    return ServedCertificate(settings.http_tls_cert, settings.http_tls_key)


def _files() -> int:
    """How many this process may have open."""
    soft, _ = getrlimit(RLIMIT_NOFILE)
    return sys.maxsize if soft == RLIM_INFINITY else soft


def _words(error: OSError) -> str:
    """The system's own; asyncio wraps them in a sentence about its attempt."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
