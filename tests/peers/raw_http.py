"""A client of HTTP that writes its bytes itself: as slowly, as wrongly and from where it likes."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.peers.waiting import within

_HERE: Final = "127.0.0.1"
_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class RawHttp:
    """An open connection; `socket` is its own."""

    reader: StreamReader
    writer: StreamWriter

    def send(self, text: str | bytes) -> None:
        """Write this and no more."""
        self.writer.write(text.encode() if isinstance(text, str) else text)

    async def trickle(self, text: str, *, each_s: float = 0.1) -> None:
        """Write one byte after the other until all are sent or nobody takes them."""
        try:
            for byte in text.encode():
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(each_s)
        except ConnectionError:
            return

    async def answer(self, *, within_s: float = 10.0) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by their names in small letters, and body of the next answer that tells its length."""
        async with within(within_s):
            first, *lines = (await self.reader.readuntil(_END_OF_HEAD)).decode().rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def rest(self, *, within_s: float = 10.0) -> bytes:
        """What comes until the far end closes the connection."""
        got = b""
        async with within(within_s):
            try:
                while part := await self.reader.read(65536):
                    got += part
            except ConnectionError:
                pass
        return got


@asynccontextmanager
async def raw_http(
    port: int, *, source: str = _HERE, receives: int | None = None, **options: Any
) -> AsyncIterator[RawHttp]:
    """A connection from the loopback address `source`, whose kernel takes `receives` bytes before somebody reads."""
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setblocking(False)
    if receives is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    own.bind((source, 0))
    await asyncio.get_running_loop().sock_connect(own, (_HERE, port))
    limit = 2**16 if receives is None else 1
    reader, writer = await asyncio.open_connection(sock=own, limit=limit, **options)
    try:
        yield RawHttp(reader, writer)
    finally:
        writer.transport.abort()
