"""A SIP far end over TLS that sends exactly what a test writes, with a certificate of its own or with none."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.model.hosts import before_port
from tests.peers.certificates import Pems
from tests.peers.raw_caller import HOST, RawCaller
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within


@dataclass(slots=True)
class TlsCaller:
    """Writes as a RawCaller does."""

    raw: RawCaller
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    def request(self, method: str, *headers: str, body: str = "") -> None:
        self._writer.write(self.raw.written(method, *headers, body=body, transport="TLS"))

    async def asks(self, method: str, *headers: str, body: str = "") -> SipMessage:
        """The final answer to a request, which is acknowledged if it was an INVITE."""
        self.request(method, *headers, body=body)
        while True:
            answer = await self.comes()
            if (answer.code or 0) >= 200:
                break
        if method == "INVITE":
            self.raw.to_tag = answer.header("to").rpartition("tag=")[2] if answer.code == 200 else ""
            if self.raw.routed and self.raw.to_tag:
                self.raw.follow(answer)
            number = int(answer.header("cseq").split()[0])
            self._writer.write(self.raw.written("ACK", number=number, transport="TLS"))
        return answer

    async def comes(self, *, within_s: float = 8.0) -> SipMessage:
        """The next message."""
        async with within(within_s):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            length = next(
                (
                    int(line.partition(":")[2])
                    for line in head.lower().split("\r\n")
                    if line.startswith("content-length")
                ),
                0,
            )
            body = (await self._reader.readexactly(length)).decode(errors="replace")
        return SipMessage.read(head.lstrip("\r\n") + body)


@asynccontextmanager
async def tls_caller(
    port: int, pems: Pems | None = None, *, latest: ssl.TLSVersion | None = None, host: str = HOST
) -> AsyncIterator[TlsCaller]:
    """Connect to the platform's port for TLS, with a client certificate if one is given; its own is not checked."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if latest is not None:
        context.maximum_version = latest
    if pems is not None:
        context.load_cert_chain(pems.certificate, pems.key)
    at, written = (host, before_port(host)) if ":" in host else (HOST, host)
    reader, writer = await asyncio.open_connection(at, port, ssl=context, local_addr=(host, 0))
    raw = RawCaller(port, host=written, target_host=written if at == host else HOST)
    raw.port = writer.get_extra_info("sockname")[1]
    try:
        yield TlsCaller(raw, reader, writer)
    finally:
        writer.transport.abort()  # the library does not say goodbye, which would be waited for
