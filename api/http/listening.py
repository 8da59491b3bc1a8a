"""The HTTP server of the REST interface: its address, its start and its end."""

import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from typing import Final, Self

from aiohttp import web

from api.http.connection import ClientPatience
from api.http.door import DoorLimits, HttpDoor, bound
from api.http.served_certificate import ServedCertificate
from config.settings import Settings
from engine.aio.tasks import started, stopped
from engine.errors import SetupError
from engine.metrics.meters import Meters
from engine.metrics.table import Metric

_CLOSE_S: Final = 5.0
_PART_OF_FILES: Final = 8
"""One of so many open files may be a connection: calls need the others."""


def public_address_of(settings: Settings) -> str:
    """The address where others reach the server: as set, where a proxy stands before it."""
    return settings.public_url or address_of(settings)


def address_of(settings: Settings) -> str:
    """The address where the server listens."""
    return f"{scheme_of(settings)}://{_in_url(settings.http_host)}:{settings.http_port}"


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
    context = shown.context if shown else None
    listeners = await _listeners(settings)
    watching = [started(shown.watch(), "HTTP certificate")] if shown else []
    try:
        async with front.door.open(listeners, runner.server, context):
            yield
    finally:
        await stopped(*watching)


async def _listeners(settings: Settings) -> Sequence[socket.socket]:
    """Sockets at its own port, and at the one that other nodes of this machine have too, if there is one."""
    listeners = await _bound(settings.http_host, settings.http_port, "TELEFOON_HTTP_PORT")
    if not settings.http_shared_port:
        return listeners
    try:
        shared = await _bound(settings.http_host, settings.http_shared_port, "TELEFOON_HTTP_SHARED_PORT", shared=True)
    except SetupError:
        for each in listeners:
            each.close()
        raise
    return [*listeners, *shared]


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


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _words(error: OSError) -> str:
    """The system's own; asyncio wraps them in a sentence about its attempt."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
