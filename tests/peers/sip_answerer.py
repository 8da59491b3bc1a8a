"""A far end that answers each SIP request with what a test wants, over UDP, TCP or TLS."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

ECHOED = re.compile(r"^(?:via|from|to|call-id|cseq):.*$", re.IGNORECASE | re.MULTILINE)
Answering = Callable[[str], str]
"""A request's text in, a status line without its version out, such as "200 OK", with further headers below it."""


class SipAnswerer(asyncio.DatagramProtocol):
    """What was asked is in `requests`; `sources` has the address and port of each connection that came."""

    def __init__(self, answering: Answering) -> None:
        self.requests: list[str] = []
        self.sources: list[tuple[str, int]] = []
        self.port = 0
        self._answering = answering
        self._transport: Any = None
        self._writers: list[asyncio.StreamWriter] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for answer in self._answers(data):
            self._transport.sendto(answer, addr)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.sources.append(writer.get_extra_info("peername")[:2])
        for answer in self._answers(await reader.readuntil(b"\r\n\r\n")):
            writer.write(answer)
        await writer.drain()
        await reader.read()
        writer.close()

    def close(self) -> None:
        """End the connections that came."""
        for writer in self._writers:
            writer.close()

    def _answers(self, data: bytes) -> list[bytes]:
        request = data.decode()
        self.requests.append(request)
        answer = self._answering(request)
        if not answer:
            return []
        echoed = [line.strip() for line in ECHOED.findall(request)]
        lines = [
            f"SIP/2.0 {answer.partition(chr(10))[0]}",
            *echoed,
            *answer.split("\n")[1:],
            "Content-Length: 0",
            "",
            "",
        ]
        return ["\r\n".join(lines).encode()]


@asynccontextmanager
async def sip_answerer(
    answering: Answering,
    *,
    stream: bool = False,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[SipAnswerer]:
    """Listens on loopback, on a free port if none is given."""
    answerer = SipAnswerer(answering)
    if stream:
        server = await asyncio.start_server(answerer.serve, host, port, ssl=tls)
        answerer.port = server.sockets[0].getsockname()[1]
        async with server:
            try:
                yield answerer
            finally:
                answerer.close()
        return
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: answerer, local_addr=(host, port))
    answerer.port = transport.get_extra_info("sockname")[1]
    try:
        yield answerer
    finally:
        transport.close()
