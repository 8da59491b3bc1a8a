"""The HTTP server of the REST interface: its address, its start and its end."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from api.http.served_certificate import ServedCertificate
from config.settings import Settings
from engine.aio.tasks import started, stopped
from engine.errors import SetupError

_CLOSE_S: Final = 5.0


def public_address_of(settings: Settings) -> str:
    """The address where others reach the server: as set, where a proxy stands before it."""
    return settings.public_url or address_of(settings)


def address_of(settings: Settings) -> str:
    """The address where the server listens."""
    return f"{scheme_of(settings)}://{_in_url(settings.http_host)}:{settings.http_port}"


def scheme_of(settings: Settings) -> str:
    """The scheme of URLs at which the server itself answers."""
    return "https" if settings.http_tls_cert else "http"


@asynccontextmanager
async def listening(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    """Answers while inside, over TLS where the settings have a certificate. Raises SetupError."""
    shown = _certificate(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_S)
    await runner.setup()
    try:
        try:
            context = shown.context if shown else None
            await web.TCPSite(runner, settings.http_host, settings.http_port, ssl_context=context).start()
        except OSError as error:
            raise SetupError(
                f"HTTP can't listen on {settings.http_host}:{settings.http_port}: {_words(error)}. "
                "Stop the program that has it, or set TELEFOON_HTTP_PORT to a free port."
            ) from error
        watching = [started(shown.watch(), "HTTP certificate")] if shown else []
        try:
            yield
        finally:
            await stopped(*watching)
    finally:
        await runner.cleanup()


def _certificate(settings: Settings) -> ServedCertificate | None:
    if settings.http_tls_cert is None or settings.http_tls_key is None:
        return None
    return ServedCertificate(settings.http_tls_cert, settings.http_tls_key)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _words(error: OSError) -> str:
    """The system's own; asyncio wraps them in a sentence about its attempt."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
