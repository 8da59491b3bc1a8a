"""A SIP far end on UDP that is called, and answers and asks exactly what a test writes, in several dialogs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within

HOST: Final = "127.0.0.1"
_ECHOED: Final = ("via", "from", "call-id", "cseq", "record-route")


@dataclass(slots=True)
class RawCallee(asyncio.DatagramProtocol):
    """What came is in `seen`; the tag of To tells the dialogs of forks apart."""

    seen: list[SipMessage] = field(default_factory=list)
    port: int = 0
    host: str = HOST
    _numbers: Any = field(default_factory=lambda: count(100))
    _transport: Any = None
    _from: tuple[str, int] = (HOST, 0)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > 4:
            self._from = addr
            self.seen.append(SipMessage.read(data.decode(errors="replace")))
            self._came.set()

    async def gets(self, method: str, *, times: int = 1, within_s: float = 8.0) -> SipMessage:
        """The request of this method that came as number `times`; what was sent again counts once."""
        async with within(within_s):
            while len(found := self.requests(method)) < times:
                self._came.clear()
                await self._came.wait()
        return found[times - 1]

    def requests(self, method: str) -> list[SipMessage]:
        """Requests of a method that have come; one sent again counts once."""
        found = [each for each in self.seen if each.code is None and each.method == method]
        return list({(each.header("cseq"), each.header("via")): each for each in found}.values())

    def answer(self, request: SipMessage, status: str, *headers: str, body: str = "", tag: str = "far") -> None:
        """Answer a request; one that begins a dialog does so with this tag, or with none."""
        echoed = [f"{name}: {value}" for name, value in request.headers if name.lower() in _ECHOED]
        to = request.header("to")
        tagged = f"{to};tag={tag}" if tag and "tag=" not in to else to
        self._send([f"SIP/2.0 {status}", *echoed, f"To: {tagged}", *headers], body)

    def answer_to(self, peer: tuple[str, int], request: SipMessage, status: str, *, body: str = "") -> None:
        """Answer a request that somebody else was sent."""
        self._from = peer
        self.answer(request, status, body=body, tag="elsewhere")

    async def asks(
        self, invite: SipMessage, method: str, *headers: str, body: str = "", tag: str = "far",
        content_type: str = "application/sdp",
    ) -> SipMessage:  # fmt: skip
        """The final answer to a request within the dialog of this tag; one to INVITE is acknowledged."""
        number, before = next(self._numbers), len(self.seen)
        self._ask(invite, method, number, tag, headers, body, content_type)
        async with within(8):
            while not (found := [each for each in self.seen[before:] if _is_final(each, number)]):
                self._came.clear()
                await self._came.wait()
        if method == "INVITE":
            self._ask(invite, "ACK", number, tag, (), "")
        return found[0]

    def _ask(
        self, invite: SipMessage, method: str, number: int, tag: str, headers: tuple[str, ...], body: str,
        content_type: str = "application/sdp",
    ) -> None:  # fmt: skip
        contact = re.search(r"<(.+?)>", invite.header("contact"))
        assert contact is not None
        branch = f"z9hG4bK{number}" if method in {"INVITE", "ACK"} else f"z9hG4bK{uuid4().hex}"
        self._send(
            [
                f"{method} {contact[1]} SIP/2.0", f"Via: SIP/2.0/UDP {HOST}:{self.port};branch={branch}",
                f"From: {invite.header('to')};tag={tag}", f"To: {invite.header('from')}",
                f"Call-ID: {invite.header('call-id')}", f"CSeq: {number} {method}", "Max-Forwards: 70", *headers,
            ],
            body,
            content_type,
        )  # fmt: skip

    def _send(self, head: list[str], body: str, content_type: str = "application/sdp") -> None:
        kind = [f"Content-Type: {content_type}"] if body else []
        lines = [*head, f"Contact: <sip:far@{self.host}:{self.port}>", *kind, f"Content-Length: {len(body)}", "", body]
        self._transport.sendto("\r\n".join(lines).encode(), self._from)


def _is_final(message: SipMessage, number: int) -> bool:
    return (message.code or 0) >= 200 and message.header("cseq").startswith(f"{number} ")


@asynccontextmanager
async def raw_callee(host: str = HOST) -> AsyncIterator[RawCallee]:
    """Listen on a free port of loopback."""
    loop = asyncio.get_running_loop()
    transport, callee = await loop.create_datagram_endpoint(lambda: RawCallee(host=host), local_addr=(host, 0))
    try:
        yield callee
    finally:
        transport.close()
