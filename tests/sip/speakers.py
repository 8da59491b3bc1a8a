"""Far ends and strangers that send RTP and RTCP from addresses of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.peers.rtp import Packet, ReceiverReport


class Speaker(asyncio.DatagramProtocol):
    """Sends from an address of its own, and counts what comes back."""

    def __init__(self, number: int) -> None:
        self.heard = 0
        self._number = number
        self._sent = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard += 1

    @property
    def port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1])

    def says(self, to: int) -> None:
        """Send a packet of silence."""
        packet = Packet(8, self._number * 1000 + self._sent, self._sent * 160, self._number, b"\xd5" * 160)
        self._transport.sendto(packet.bytes(), ("127.0.0.1", to))
        self._sent = (self._sent + 1) % 60000

    async def speaks(self, to: int, packets: int = 30) -> None:
        """Send so many packets of silence."""
        for _ in range(packets):
            self.says(to)
            await asyncio.sleep(0.02)

    async def reports(self, to: int, *, lost: int, times: int = 1) -> None:
        """Send reports by RTCP that so many packets of ours were lost."""
        for _ in range(times):
            self._transport.sendto(ReceiverReport(self._number, lost, 0).bytes(), ("127.0.0.1", to))
            await asyncio.sleep(0.02)

    async def hears_more(self) -> bool:
        """Whether something comes back within half a second."""
        before = self.heard
        await asyncio.sleep(0.5)
        return self.heard > before + 10


@asynccontextmanager
async def speaker(host: str, number: int) -> AsyncIterator[Speaker]:
    """Open one at a free port of the host; its number tells its packets from those of others."""
    loop = asyncio.get_running_loop()
    transport, speaking = await loop.create_datagram_endpoint(lambda: Speaker(number), local_addr=(host, 0))
    try:
        yield speaking
    finally:
        transport.close()
