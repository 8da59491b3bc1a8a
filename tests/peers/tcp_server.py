"""A TCP or TLS server on loopback whose connections are all closed when it ends."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

_HOST = "127.0.0.1"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp_server(serve: Serve, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Gives its port; `serve` is ended with the server where it has not returned."""
    serving: set[asyncio.Task[Any]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await serve(reader, writer)
        finally:
            serving.discard(task)
            writer.close()

    async with await asyncio.start_server(take, _HOST, port, ssl=tls) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            left = list(serving)
            for each in left:
                each.cancel()
            await asyncio.gather(*left, return_exceptions=True)
