"""A trunk on loopback that takes every registration and carries no call, for servers that are to have one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

_COPIED: Final = ("via", "from", "to", "call-id", "cseq", "contact")


def answer(request: str) -> str:
    """200 to a request, 404 to a call, with what it must have of it."""
    status = "404 Not Found" if request.startswith("INVITE ") else "200 OK"
    lines = [line for line in request.partition("\r\n\r\n")[0].split("\r\n")[1:] if line]
    kept = [line for line in lines if line.partition(":")[0].strip().lower() in _COPIED]
    tagged = [f"{line};tag=registrar" if line.lower().startswith("to:") else line for line in kept]
    return "\r\n".join([f"SIP/2.0 {status}", *tagged, "Expires: 300", "Content-Length: 0", "", ""])


class _Registrar(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode(errors="replace")
        if text.startswith(("REGISTER ", "OPTIONS ", "INVITE ")):
            self._transport.sendto(answer(text).encode(), addr)


@asynccontextmanager
async def registrar() -> AsyncIterator[int]:
    """The port that it listens on."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Registrar, ("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
