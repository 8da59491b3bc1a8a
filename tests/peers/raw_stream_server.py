"""A server of WebSockets that writes its bytes itself: as wrongly, as slowly and as little as a test wants."""

import asyncio
import base64
import hashlib
import socket
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(
    opcode: int, content: bytes = b"", *, final: bool = True, reserved: int = 0, length: int | None = None
) -> bytes:
    """A frame without a mask; `length` is what it says in place of the truth."""
    size = len(content) if length is None else length
    first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if size < 126:
        return first + bytes([size]) + content
    if size < 0x10000:
        return first + struct.pack("!BH", 126, size) + content
    return first + struct.pack("!BQ", 127, size) + content


def masked(opcode: int, content: bytes) -> bytes:
    """A frame as a client's has to be."""
    return bytes([0x80 | opcode, 0x80 | len(content)]) + bytes(4) + content


@dataclass(frozen=True, slots=True)
class ClientFrame:
    """A frame that a client has sent."""

    opcode: int
    content: bytes

    @property
    def close_code(self) -> int:
        """The code that a Close tells."""
        return int.from_bytes(self.content[:2])


@dataclass(slots=True)
class RawStream:
    """A connection; its handshake's request has been read."""

    reader: StreamReader
    writer: StreamWriter
    head: str

    def accept(self, key: str | None = None) -> None:
        """Answer the handshake, to another key than was given where `key` is there."""
        [line] = [each for each in self.head.split("\r\n") if each.lower().startswith("sec-websocket-key:")]
        given = key or line.partition(":")[2].strip()
        accepted = base64.b64encode(hashlib.sha1((given + _GUID).encode()).digest()).decode()
        self.writer.write(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accepted}\r\n\r\n".encode()
        )

    async def send(self, sent: bytes) -> None:
        """Write these bytes."""
        self.writer.write(sent)
        await self.writer.drain()

    async def read_frame(self) -> ClientFrame:
        """The next frame; raises IncompleteReadError at the end, and AssertionError where it is no client's."""
        first, second = await self.reader.readexactly(2)
        assert first & 0xF0 == 0x80, "one whole frame without extensions"
        assert second & 0x80, "a client masks"
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2))
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8))
        mask = await self.reader.readexactly(4)
        content = await self.reader.readexactly(size)
        return ClientFrame(first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(content)))

    async def read_to(self, opcode: int) -> ClientFrame:
        """The next frame of that opcode."""
        while (found := await self.read_frame()).opcode != opcode:
            pass
        return found


Behaviour = Callable[[RawStream], Awaitable[None]]


@dataclass(slots=True)
class RawStreamServer:
    """The server, and what went wrong in its behaviour."""

    port: int
    faults: list[BaseException] = field(default_factory=list)
    connections: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a connection has behaved to its end."""


@asynccontextmanager
async def raw_stream_server(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, receive_bytes: int | None = None, port: int = 0
) -> AsyncIterator[RawStreamServer]:
    """A server that behaves so, once it has read a handshake's request; at a free port where none is given."""
    server = RawStreamServer(0)

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        server.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await behaviour(RawStream(reader, writer, head))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever it is with has ended it
        except AssertionError as error:
            server.faults.append(error)
        finally:
            server.done.set()
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    listening = socket.create_server(("127.0.0.1", port))
    if receive_bytes is not None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    listener = await asyncio.start_server(answer, sock=listening, ssl=tls, limit=64 * 1024)
    server.port = listening.getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
    assert server.faults == []
