"""A far end at an address of its own that sends bytes, and hears answers wherever Via has them sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from tests.peers.sip_message import SipMessage
from tests.peers.waiting import eventually

_SIP_PORT: Final = 5060
_PORTS_OF_VIAS: Final = (_SIP_PORT, 5050, 6050, 19823)
"""Where a message's Via has its answers sent over UDP, at the address that it came from (RFC 3261 §18.2.2)."""


class Sender(Protocol):
    """`heard` are the answers so far; `sent` counts bytes of the longest message, which no answer may exceed."""

    heard: list[SipMessage]

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""


@dataclass(slots=True)
class UdpSender(asyncio.DatagramProtocol):
    """Sends from port 5060."""

    target: tuple[str, int]
    heard: list[SipMessage] = field(default_factory=list)
    transport: Any = None

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del addr
        if len(data) > 4:
            self.heard.append(SipMessage.read(data.decode(errors="replace")))

    async def send(self, data: bytes) -> None:
        self.transport.sendto(data, self.target)


@dataclass(slots=True)
class TcpSender:
    """Takes a connection for each message: after one that has no right end, nothing on it is understood."""

    target: tuple[str, int]
    address: str
    heard: list[SipMessage] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def send(self, data: bytes) -> None:
        reader, writer = await asyncio.open_connection(*self.target, local_addr=(self.address, 0))
        self._stack.callback(writer.close)
        task = asyncio.create_task(self._listen(reader))
        self._stack.callback(task.cancel)
        writer.write(data)
        await writer.drain()

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                message = SipMessage.read(head.decode(errors="replace").lstrip())
                await reader.readexactly(int(message.header("content-length") or 0))
                self.heard.append(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


@asynccontextmanager
async def udp_sender(address: str, target: tuple[str, int]) -> AsyncIterator[UdpSender]:
    """Open one at an address of loopback that nobody else uses."""
    loop = asyncio.get_running_loop()
    sender = UdpSender(target)
    opened = []
    try:
        for port in _PORTS_OF_VIAS:
            transport, _ = await loop.create_datagram_endpoint(lambda: sender, local_addr=(address, port))
            opened.append(transport)
        sender.transport = opened[0]
        yield sender
    finally:
        for each in opened:
            each.close()


@asynccontextmanager
async def tcp_sender(address: str, target: tuple[str, int]) -> AsyncIterator[TcpSender]:
    """Open one at such an address."""
    sender = TcpSender(target, address)
    try:
        yield sender
    finally:
        await sender.close()


def answers(response: SipMessage, data: bytes) -> bool:
    """Whether it is an answer to this message, and not one to another that is sent again."""
    number, _, method = response.header("cseq").partition(" ")
    same_request = re.search(rb"\b0*" + re.escape(number.encode()) + rb"\s+" + re.escape(method.encode()), data)
    return same_request is not None and response.header("call-id").encode() in data


async def final_answer(sender: Sender, data: bytes, *, expected: bool, quiet_s: float) -> int | None:
    """Send a message; the status of its first final answer.

    One that is not `expected` is waited for only `quiet_s` seconds.
    """
    before = len(sender.heard)
    await sender.send(data)

    def found() -> int | None:
        return next(
            (each.code for each in sender.heard[before:] if (each.code or 0) >= 200 and answers(each, data)), None
        )

    if expected:
        try:
            return await eventually(found, within_s=5, otherwise=lambda: "a final answer")
        except AssertionError:
            return None
    await asyncio.sleep(quiet_s)
    return found()
