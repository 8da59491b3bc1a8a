"""A node's own way to PostgreSQL, which a test cuts or makes slow while the server goes on for all others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

_SOCKET: Final = ".s.PGSQL.5432"
_PIECE_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class DatabaseWay:
    """Passes on what goes between a node and the server; `url` is what the node is given."""

    url: str
    _server: Path
    _delay_s: float = 0.0
    _is_cut: bool = False
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Nothing gets through any more, and nobody is told so: what is sent is swallowed, who connects waits."""
        self._is_cut = True

    def mend(self) -> None:
        """Let all through again; connections that were swallowed from are closed, as by a firewall that was renewed."""
        self._is_cut = False
        for each in tuple(self._connections):
            each.close()

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Inside, all that the server answers comes so much later."""
        self._delay_s = seconds
        try:
            yield
        finally:
            self._delay_s = 0.0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection of the node."""
        self._connections.add(writer)
        try:
            theirs, to_them = await asyncio.open_unix_connection(str(self._server))
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, to_them, delayed=False))
                both.create_task(self._pass_on(theirs, writer, delayed=True))
        except* OSError:
            pass  # either end has gone, and the other is told by the end of its connection
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, delayed: bool) -> None:
        while piece := await source.read(_PIECE_BYTES):
            if self._is_cut:
                continue
            if delayed and self._delay_s:
                await asyncio.sleep(self._delay_s)
            sink.write(piece)
            await sink.drain()
        sink.close()


@asynccontextmanager
async def database_way(folder: Path, url: str) -> AsyncIterator[DatabaseWay]:
    """A way of its own to the database of this URL, whose server listens on a socket in a folder."""
    parts = urlsplit(url)
    (place,) = parse_qs(parts.query)["host"]
    folder.mkdir()
    way = DatabaseWay(url.replace(place, str(folder)), Path(place) / _SOCKET)
    server = await asyncio.start_unix_server(way.take, str(folder / _SOCKET))
    try:
        yield way
    finally:
        server.close()
        way.mend()
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await server.wait_closed()
