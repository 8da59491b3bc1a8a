"""A far end's socket for datagrams of UDPTL (T.38), which sends what a test says and keeps what comes."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.waiting import within

HOST: Final = "127.0.0.1"
ATTRIBUTES: Final = (
    "a=T38FaxVersion:0", "a=T38MaxBitRate:9600", "a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxDatagram:400",
    "a=T38FaxUdpEC:t38UDPRedundancy",
)  # fmt: skip


@dataclass(slots=True)
class FaxMachine(asyncio.DatagramProtocol):
    """What came is in `came`, in its order."""

    came: list[bytes] = field(default_factory=list)
    port: int = 0
    _transport: Any = None
    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del addr
        self.came.append(data)
        self._event.set()

    def described(
        self, *, version: int = 2, audio_closed: bool = False, attributes: tuple[str, ...] = ATTRIBUTES
    ) -> str:
        """A session description with a line of fax, and before it one of closed audio."""
        audio = ("m=audio 0 RTP/AVP 8",) if audio_closed else ()
        session = ("v=0", f"o=- 1 {version} IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0")
        return "".join(f"{each}\r\n" for each in (*session, *audio, f"m=image {self.port} udptl t38", *attributes))

    def send(self, data: bytes, port: int) -> None:
        self._transport.sendto(data, (HOST, port))

    async def gets(self, datagram: bytes, *, within_s: float = 5.0) -> None:
        """Wait until this datagram has come."""
        async with within(within_s):
            while datagram not in self.came:
                self._event.clear()
                await self._event.wait()


def fax_port(description: str) -> int:
    """The port of the line of fax in a description."""
    found = re.search(r"^m=image (\d+) udptl t38\s*$", description, re.MULTILINE)
    assert found is not None, description
    return int(found[1])


@asynccontextmanager
async def fax_machine() -> AsyncIterator[FaxMachine]:
    """Listen on a free port of loopback."""
    loop = asyncio.get_running_loop()
    transport, machine = await loop.create_datagram_endpoint(FaxMachine, local_addr=(HOST, 0))
    try:
        yield machine
    finally:
        transport.close()
