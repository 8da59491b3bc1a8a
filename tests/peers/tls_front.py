"""TLS before a far end that speaks TCP alone, as SIPp does here: bytes pass as they are."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.peers.certificates import Pems, server_context
from tests.peers.tcp_server import tcp_server

_HOST = "127.0.0.1"


@asynccontextmanager
async def tls_before(pems: Pems, port: int, behind: int) -> AsyncIterator[None]:
    """Take TLS at `port`, and pass it to the TCP port `behind`."""
    async with _passing(port, behind, taken=server_context(pems), given=None):
        yield


@asynccontextmanager
async def tls_towards(port: int, target: int) -> AsyncIterator[None]:
    """Take TCP at `port`, and pass it over TLS to the port `target`, whoever that is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with _passing(port, target, taken=None, given=context):
        yield


@asynccontextmanager
async def _passing(
    port: int, target: int, *, taken: ssl.SSLContext | None, given: ssl.SSLContext | None
) -> AsyncIterator[None]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(_HOST, target, ssl=given)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(reader, forth))
                both.create_task(_pass_on(back, writer))
        finally:
            forth.close()

    async with tcp_server(serve, port, taken):
        yield


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while said := await reader.read(65536):
            writer.write(said)
            await writer.drain()
    writer.close()
