"""The door of the REST interface: lets connections in, so many at once, and closes those of clients that are too slow.

Counted as they are accepted, before TLS: a client that begins a handshake and leaves it there has a place too.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web

from api.http.client_address import Networks, address_in
from api.http.connection import ClientPatience, HttpConnection
from api.http.connection_places import ConnectionPlaces
from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.metrics.meters import Meters
from engine.metrics.table import HttpClosing, Metric
from engine.model.accounts import Address

LOOK_S: Final = 1.0
TOLD_EACH_S: Final = 10.0
"""A flood of connections makes one line of the log in this time."""
_BACKLOG: Final = 128
_FAREWELL_S: Final = 5.0
_NO_FILES_S: Final = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """How many connections at once, in all and of one address, but for those of the proxies in `trusted`."""

    connections: int = 500
    of_address: int = 200
    trusted: Networks = ()
    patience: ClientPatience = field(default_factory=ClientPatience)


@dataclass(frozen=True, slots=True)
class HttpListener:
    """A socket at which clients connect, over TLS where there is a context."""

    socket: socket.socket
    context: ssl.SSLContext | None = None


class HttpDoor:
    """The door of a server, for asyncio's thread."""

    def __init__(self, limits: DoorLimits, meters: Meters) -> None:
        self._patience = limits.patience
        self._places = ConnectionPlaces(limits.connections, limits.of_address, limits.trusted)
        self._meters = meters
        self._connections: set[HttpConnection] = set()
        self._serving = BackgroundTasks("HTTP")
        self._untold: Counter[HttpClosing] = Counter()

    @property
    def open_connections(self) -> int:
        """How many there are now."""
        return self._places.taken

    @asynccontextmanager
    async def open(self, listeners: Sequence[HttpListener], server: web.Server) -> AsyncIterator[None]:
        """Takes connections while inside; they last until `close`."""
        tasks = [started(self._accept(each.socket, server, each.context), "HTTP connections") for each in listeners]
        tasks += [started(self._watch(), "slow HTTP clients"), started(self._tell(), "closed HTTP connections")]
        try:
            yield
        finally:
            await stopped(*tasks)
            for each in listeners:
                each.socket.close()

    async def close(self) -> None:
        """End what is left of connections, such as a handshake that was never finished."""
        await self._serving.close()

    async def _accept(self, listener: socket.socket, server: web.Server, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, peer = await loop.sock_accept(listener)
            except ConnectionError:  # gone before it was taken
                continue
            except OSError as error:
                log.error("http_not_accepted", error=str(error))
                await asyncio.sleep(_NO_FILES_S)
                continue
            address = address_in(peer[0])
            if address is None or not self._has_place(address):
                client.close()
                continue
            self._places.take(address)
            self._serving.begin(self._serve(client, address, server, context), "HTTP connection")

    def _has_place(self, address: Address) -> bool:
        refusal = self._places.refusal(address)
        if refusal is None or (refusal is HttpClosing.FULL and self._room_made()):
            return True
        self._closed(refusal)
        return False

    def _room_made(self) -> bool:
        """Whether somebody waited without a request, and has left now: who came first does not keep others out."""
        waiting = [(since_s, each) for each in self._connections if (since_s := each.waits_since_s) is not None]
        if not waiting:
            return False
        _, longest = min(waiting, key=lambda found: found[0])
        self._connections.discard(longest)
        longest.cut(HttpClosing.ROOM)
        return True

    async def _serve(
        self, client: socket.socket, address: Address, server: web.Server, context: ssl.SSLContext | None
    ) -> None:
        connection = HttpConnection(server, self._patience, self._closed)
        self._connections.add(connection)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                client,
                ssl=context,
                ssl_handshake_timeout=self._patience.head_s if context else None,
                ssl_shutdown_timeout=_FAREWELL_S if context else None,
            )
            await connection.lost
        except OSError as error:
            log.debug("http_not_begun", error=str(error))
        finally:
            client.close()
            self._connections.discard(connection)
            self._places.leave(address)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_S)
            for each in tuple(self._connections):
                each.look(loop.time())

    def _closed(self, why: HttpClosing) -> None:
        self._meters.count(Metric.HTTP_CONNECTIONS_CLOSED, reason=why)
        self._untold[why] += 1

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if self._untold:
                told = {why.value: count for why, count in self._untold.items()}
                self._untold.clear()
                log.warning("http_connections_closed", open=self.open_connections, **told)
                await asyncio.sleep(TOLD_EACH_S)


async def bound(host: str, port: int, *, shared: bool = False) -> list[socket.socket]:
    """A listening socket for each address of the host; others that share it may listen there too. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            listener = socket.create_server(address, family=family, backlog=_BACKLOG, reuse_port=shared)
            listener.setblocking(False)
            listeners.append(listener)
    except OSError:
        for each in listeners:
            each.close()
        raise
    return listeners
