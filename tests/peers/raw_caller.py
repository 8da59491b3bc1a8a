"""A SIP far end on UDP that sends exactly what a test writes, and keeps what comes back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from tests.peers.sip_message import SipMessage
from tests.peers.sipp import NUMBER
from tests.peers.waiting import within

HOST: Final = "127.0.0.1"
Headers = Sequence[str]
_OF_TELEPHONES: Final = (
    "User-Agent: a raw caller, which says as much of itself as telephones do",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO",
    "Organization: the tests of a platform, whose INVITE is not shorter than others",
)
_ECHOED: Final = ("via", "from", "to", "call-id", "cseq", "record-route")


def audio(port: int = 40000, *, host: str = HOST, more: str = "") -> str:
    """A session description with A-law audio on the port; `more` are further media lines."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n{more}"
    )


@dataclass(slots=True)
class RawCaller(asyncio.DatagramProtocol):
    """One dialog at most; `to_tag` is that of the far end once it is known."""

    target: int
    seen: list[SipMessage] = field(default_factory=list)
    call_id: str = field(default_factory=lambda: f"{uuid4().hex}@raw")
    from_: str = f"<sip:+32470123456@{HOST}>;tag=raw"
    called: str = NUMBER
    to_tag: str = ""
    port: int = 0
    branch: str = ""
    """Of each request; empty for one that nobody else has."""
    sent_by: str = ""
    """Of Via, in the place of its own address."""
    host: str = HOST
    target_host: str = HOST
    contact_host: str = ""
    """In Contact of its requests, in the place of its own address."""
    routed: bool = False
    """Whether requests within the dialog go to the answer's Contact, by the proxies in its way (RFC 3261 §12.2)."""
    repeats_acks: bool = False
    """Whether an answer to INVITE that comes again is acknowledged again (RFC 3261 §13.2.2.4)."""
    remote_target: str = ""
    route: tuple[str, ...] = ()
    _acks: dict[str, bytes] = field(default_factory=dict)
    """By the CSeq of what they acknowledge."""
    _numbers: Any = field(default_factory=lambda: count(1))
    _transport: Any = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del addr
        if len(data) > 4:
            message = SipMessage.read(data.decode(errors="replace"))
            self.seen.append(message)
            self._came.set()
            if self.repeats_acks and message.code == 200 and (ack := self._acks.get(message.header("cseq"))):
                self.send(ack)

    def send(self, data: bytes) -> None:
        """A datagram as it is."""
        self._transport.sendto(data, (self.target_host, self.target))

    def skip_to(self, number: int) -> None:
        """Have the next request bear this number (CSeq)."""
        self._numbers = count(number)

    def request(
        self,
        method: str,
        *headers: str,
        body: str = "",
        content_type: str = "application/sdp",
        number: int | None = None,
    ) -> None:
        """A request to the platform's number, within the dialog if there is one."""
        self.send(self.written(method, *headers, body=body, content_type=content_type, number=number))

    def written(
        self,
        method: str,
        *headers: str,
        body: str = "",
        content_type: str = "application/sdp",
        number: int | None = None,
        transport: str = "UDP",
    ) -> bytes:
        """Write such a request, which is not sent yet."""
        tag = f";tag={self.to_tag}" if self.to_tag else ""
        sent_by, branch = self.sent_by or f"{self.host}:{self.port}", self.branch or f"z9hG4bK{uuid4().hex}"
        lines = [
            f"{method} {self.remote_target or f'sip:{self.called}@{self.target_host}:{self.target}'} SIP/2.0",
            f"Via: SIP/2.0/{transport} {sent_by};branch={branch}",
            f"From: {self.from_}",
            f"To: <sip:{self.called}@{self.target_host}>{tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {next(self._numbers) if number is None else number} {method}",
            f"Contact: <sip:raw@{self.contact_host or self.host}:{self.port}>",
            "Max-Forwards: 70",
            *(f"Route: {each}" for each in self.route),
            *(_OF_TELEPHONES if method == "INVITE" else ()),
            *headers,
            *([f"Content-Type: {content_type}"] if body else []),
            f"Content-Length: {len(body.encode())}",
            "",
            body,
        ]
        return "\r\n".join(lines).encode(errors="surrogateescape")

    async def asks(
        self, method: str, *headers: str, body: str = "", content_type: str = "application/sdp"
    ) -> SipMessage:
        """The final answer to such a request, which is acknowledged if it was an INVITE."""
        before = len(self.seen)
        self.request(method, *headers, body=body, content_type=content_type)
        answer = await self.answer(method, after=before)
        if method == "INVITE":
            if answer.code == 200:
                self.to_tag = answer.header("to").rpartition("tag=")[2]
                if self.routed and not self.route:
                    self.follow(answer)
            ack = self._acks[answer.header("cseq")] = self.written("ACK", number=int(answer.header("cseq").split()[0]))
            self.send(ack)
        return answer

    async def asks_until_free(self, body: str, *, within_s: float = 10.0) -> SipMessage:
        """The final answer to a re-INVITE, sent anew while another is under way there (491, RFC 3261 §14.1)."""
        async with within(within_s):
            while (answer := await self.asks("INVITE", body=body)).code == 491:
                await asyncio.sleep(0.2)
        return answer

    async def calls_until_taken(self, body: str, *, within_s: float = 30.0) -> SipMessage:
        """The final answer to a call, placed anew while the far end has too much to do (503, RFC 3261 §21.5.4)."""
        async with within(within_s):
            while (answer := await self.asks("INVITE", body=body)).code == 503:
                await asyncio.sleep(float(answer.header("retry-after") or 1))
        return answer

    def follow(self, answer: SipMessage) -> None:
        """Speak from now on to whom an answer names, by the proxies that it came by."""
        self.remote_target = answer.header("contact").partition("<")[2].partition(">")[0]
        routes = [value for name, value in answer.headers if name.lower() == "record-route"]
        self.route = tuple(each.strip() for value in reversed(routes) for each in reversed(value.split(",")))

    async def answer(self, method: str, *, after: int = 0, within_s: float = 8.0) -> SipMessage:
        """The first final answer to a request of the method, counted from number `after` of all that was seen."""
        async with within(within_s):
            while True:
                for each in self.seen[after:]:
                    if (each.code or 0) >= 200 and each.method == method:
                        return each
                self._came.clear()
                await self._came.wait()

    async def gets(self, code: int, *, within_s: float = 8.0) -> SipMessage:
        """The first answer with the code."""
        async with within(within_s):
            while (found := next((each for each in self.seen if each.code == code), None)) is None:
                self._came.clear()
                await self._came.wait()
        return found

    async def is_asked(self, method: str, *, times: int = 1, within_s: float = 8.0) -> SipMessage:
        """The request of this method that the platform has sent as number `times`; one sent again counts once."""
        async with within(within_s):
            while len(found := {each.header("cseq"): each for each in self.requests(method)}) < times:
                self._came.clear()
                await self._came.wait()
        return list(found.values())[times - 1]

    def respond(self, request: SipMessage, status: str, *, body: str = "") -> None:
        """Answer a request of the platform."""
        echoed = [f"{name}: {value}" for name, value in request.headers if name.lower() in _ECHOED]
        kind = ["Content-Type: application/sdp"] if body else []
        lines = [
            f"SIP/2.0 {status}", *echoed, f"Contact: <sip:raw@{self.host}:{self.port}>", *kind,
            f"Content-Length: {len(body)}", "", body,
        ]  # fmt: skip
        self.send("\r\n".join(lines).encode())

    def requests(self, method: str) -> list[SipMessage]:
        """What the platform has asked."""
        return [each for each in self.seen if each.code is None and each.method == method]


@asynccontextmanager
async def raw_caller(target: int, host: str = HOST, target_host: str = HOST) -> AsyncIterator[RawCaller]:
    """Open a caller on a free port of its host; `target` is the platform's SIP port."""
    loop = asyncio.get_running_loop()
    transport, caller = await loop.create_datagram_endpoint(
        lambda: RawCaller(target, host=host, target_host=target_host), local_addr=(host, 0)
    )
    try:
        yield caller
    finally:
        transport.close()
