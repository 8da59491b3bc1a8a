"""A web server of the tests that takes WebSockets on a port of its own."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def socket_server(path: str, answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Gives its port of 127.0.0.1, and listens there while inside; `path` is a pattern of aiohttp's."""
    app = web.Application()
    app.router.add_get(path, answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
