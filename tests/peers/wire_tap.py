"""Stands between a far end and the node over UDP and TCP, and keeps what either has sent, as it was on the wire."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.ports import Ports

HOST: Final = "127.0.0.1"
_PIECE: Final = 65536


@dataclass(slots=True)
class WireTap:
    """`port` of loopback takes what is for the node, which sees it come from the address `source`."""

    source: str
    target: int
    port: int
    asked: list[bytes] = field(default_factory=list)
    """Datagrams, and pieces of streams."""
    answered: list[bytes] = field(default_factory=list)
    carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection until both sides have closed it."""
        task = asyncio.create_task(self._carry_both(reader, writer))
        self.carrying.add(task)
        task.add_done_callback(self.carrying.discard)

    async def _carry_both(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(HOST, self.target, local_addr=(self.source, 0))
        try:
            await asyncio.gather(_carry(reader, back, self.asked), _carry(there, writer, self.answered))
        finally:
            for each in (back, writer):
                each.close()


@dataclass(slots=True)
class _FarEnds(asyncio.DatagramProtocol):
    """Has a socket towards the node for each address from which datagrams come."""

    tap: WireTap
    towards: dict[Any, socket.socket] = field(default_factory=dict)
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.tap.asked.append(data)
        if addr not in self.towards:
            self.towards[addr] = self._socket_of(addr)
        self.towards[addr].send(data)

    def close(self) -> None:
        for each in self.towards.values():
            asyncio.get_running_loop().remove_reader(each)
            each.close()
        self.transport.close()

    def _socket_of(self, addr: Any) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.bind((self.tap.source, 0))
        made.connect((HOST, self.tap.target))

        def comes() -> None:
            with suppress(BlockingIOError, ConnectionRefusedError):
                data = made.recv(_PIECE)
                self.tap.answered.append(data)
                self.transport.sendto(data, addr)

        asyncio.get_running_loop().add_reader(made, comes)
        return made


@asynccontextmanager
async def wire_tap(ports: Ports, target: int, source: str) -> AsyncIterator[WireTap]:
    """One before the node's port `target`; `source` is any address of loopback."""
    tap = WireTap(source, target, ports.one())
    far_ends = _FarEnds(tap)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: far_ends, local_addr=(HOST, tap.port))
    server = await asyncio.start_server(tap.take, HOST, tap.port)
    try:
        yield tap
    finally:
        far_ends.close()
        server.close()
        left = list(tap.carrying)
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: list[bytes]) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_PIECE):
            kept.append(data)
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()
