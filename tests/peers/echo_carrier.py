"""A carrier that answers a call over UDP and sends back what it hears, or has one fault in its media."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tests.peers.g711 import PCMA
from tests.peers.rtp import NotRtp, Packet, ReceiverReport
from tests.peers.sip_answerer import ECHOED
from tests.peers.sip_message import Sdp

FAR_S: Final = 0.4
"""How long a packet takes to who is far and back."""
_SILENCE: Final = b"\xd5" * 160
_SENDER_REPORT: Final = struct.Struct("!BBHIII")  # RFC 3550 §6.4.1, as far as its time
_OF_A_SENDER: Final = 200
_TAGGED: Final = re.compile(r"^to:.*;tag=", re.IGNORECASE | re.MULTILINE)


class MediaFault(Enum):
    """What is wrong with the media of a call."""

    NONE = "none"
    DEAF = "it sends silence whatever it hears"
    MUTE = "it tells by RTCP that it hears, and sends nothing"
    DEAD = "it neither hears nor sends"
    NO_KEYS = "it takes no telephone-event"
    FAR = "its packets take long"


@dataclass(frozen=True, slots=True)
class DialogHabits:
    """What a carrier does within a call beside its media.

    `session_expires` and `asserts` are headers of its answer (Session-Expires, P-Asserted-Identity). An INVITE with a
    shorter session than `shortest_session_s` is answered with 422 (RFC 4028). `prack` is what it
    answers to PRACK, which it asks for unless that is None. `hold`, `resume` and `info` are its answers to those; an
    empty one is no answer.
    """

    session_expires: str = ""
    asserts: str = ""
    shortest_session_s: int = 0
    prack: str | None = None
    hold: str = "200 OK"
    resume: str = "200 OK"
    info: str = "200 OK"
    mute_after_hold: bool = False


HABITS: Final = DialogHabits()


class EchoCarrier(asyncio.DatagramProtocol):
    """The requests that came are in `requests`; INVITE is answered `invite`, all else by its habits."""

    def __init__(
        self, fault: MediaFault, invite: str, media: "_Media", reports: "_Reports", habits: DialogHabits
    ) -> None:
        self.requests: list[str] = []
        self.port = 0
        self._fault = fault
        self._invite = invite
        self._media = media
        self._reports = reports
        self._habits = habits
        self._invited: str | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        request = data.decode()
        if not request.strip():
            return  # a keep-alive
        self.requests.append(request)
        method = request.partition(" ")[0]
        match method:
            case "ACK":
                return
            case "INVITE" if _TAGGED.search(request):
                self._reinvited(request, addr)
            case "INVITE" if _session_s(request) < self._habits.shortest_session_s:
                shortest = f"Min-SE: {self._habits.shortest_session_s}"
                self._answer(request, "422 Session Interval Too Small", addr, (shortest,))
            case "INVITE" if self._habits.prack is not None:
                self._invited = request
                self._answer(request, "183 Session Progress", addr, ("Require: 100rel", "RSeq: 1"))
            case "INVITE":
                self._take(request, addr)
            case "PRACK":
                self._answer(request, self._habits.prack or "", addr)
                if self._invited is not None:
                    self._take(self._invited, addr)
                    self._invited = None
            case "INFO":
                self._answer(request, self._habits.info, addr)
            case _:
                self._answer(request, "200 OK", addr)

    def _take(self, request: str, addr: Any) -> None:
        """Answer the INVITE that begins the call."""
        habits, body = self._habits, ""
        if self._invite.startswith("200"):
            offer = Sdp.read(request.partition("\r\n\r\n")[2])
            self._media.rtcp_port = _rtcp_port(offer)
            body = self._description(None if self._fault is MediaFault.NO_KEYS else _event_type(offer))
        timers = ("Require: timer", f"Session-Expires: {habits.session_expires}") if habits.session_expires else ()
        asserted = (f"P-Asserted-Identity: {habits.asserts}",) if habits.asserts else ()
        self._answer(request, self._invite, addr, (*timers, *asserted), body)

    def _reinvited(self, request: str, addr: Any) -> None:
        held = "a=sendonly" in request
        answer = self._habits.hold if held else self._habits.resume
        if not held and self._habits.mute_after_hold:
            self._media.muted = True
        events = None if self._fault is MediaFault.NO_KEYS else _event_type(Sdp.read(request.partition("\r\n\r\n")[2]))
        body = self._description(events) + ("a=recvonly\r\n" if held else "")
        self._answer(request, answer, addr, body=body if answer.startswith("200") else "")

    def _answer(self, request: str, answer: str, addr: Any, more: tuple[str, ...] = (), body: str = "") -> None:
        if not answer:
            return
        echoed = [line.strip() for line in ECHOED.findall(request)]
        tagged = [f"{line};tag=far" if re.match(r"to:(?!.*;tag=)", line, re.IGNORECASE) else line for line in echoed]
        lines = [
            f"SIP/2.0 {answer}",
            *tagged,
            f"Contact: <sip:127.0.0.1:{self.port}>",
            *more,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), addr)

    def _description(self, events: int | None) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        if events is None:
            lines += [f"m=audio {self._media.port} RTP/AVP 8"]
        else:
            lines += [f"m=audio {self._media.port} RTP/AVP 8 {events}", f"a=rtpmap:{events} telephone-event/8000"]
        if self._fault is MediaFault.FAR:
            lines += [f"a=rtcp:{self._reports.port}"]
        return "\r\n".join(lines) + "\r\n"


class _Media(asyncio.DatagramProtocol):
    def __init__(self, fault: MediaFault) -> None:
        self.port = 0
        self.rtcp_port = 0
        self.muted = False
        self._fault = fault
        self._heard = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            packet = Packet.read(data)
        except NotRtp:
            return
        self._heard += 1
        if self.muted:
            return
        match self._fault:
            case MediaFault.NONE:
                self._transport.sendto(data, addr)
            case MediaFault.FAR:
                asyncio.get_running_loop().call_later(FAR_S, self._transport.sendto, data, addr)
            case MediaFault.NO_KEYS if packet.payload_type == PCMA.payload_type:
                self._transport.sendto(data, addr)
            case MediaFault.DEAF:
                silent = Packet(8, packet.sequence, packet.timestamp, 7, _SILENCE)
                self._transport.sendto(silent.bytes(), addr)
            case MediaFault.MUTE if self._heard % 25 == 0:
                report = ReceiverReport(7, lost=0, jitter=0)
                self._transport.sendto(report.bytes(), (addr[0], self.rtcp_port))


class _Reports(asyncio.DatagramProtocol):
    """Answers each RTCP report of a sender with one of its own, as late as who is far."""

    def __init__(self) -> None:
        self.port = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        _, kind, _, source, seconds, fraction = _SENDER_REPORT.unpack_from(data)
        if kind != _OF_A_SENDER:
            return
        report = ReceiverReport(7, 0, 0, source, (seconds & 0xFFFF) << 16 | fraction >> 16)
        asyncio.get_running_loop().call_later(FAR_S, self._transport.sendto, report.bytes(), addr)


def _session_s(invite: str) -> int:
    found = re.search(r"^session-expires:\s*(\d+)", invite, re.IGNORECASE | re.MULTILINE)
    return int(found[1]) if found else 0


def _rtcp_port(offer: Sdp) -> int:
    named = re.search(r"^a=rtcp:(\d+)", offer.text, re.MULTILINE)
    return int(named[1]) if named else offer.port + 1


def _event_type(offer: Sdp) -> int | None:
    """The payload type of telephone-event at G.711's clock."""
    return next((number for number, name in offer.names.items() if name == "TELEPHONE-EVENT/8000"), None)


@asynccontextmanager
async def echo_carrier(
    fault: MediaFault = MediaFault.NONE, *, invite: str = "200 OK", habits: DialogHabits = HABITS
) -> AsyncIterator[EchoCarrier]:
    """Listens on free loopback ports."""
    loop = asyncio.get_running_loop()
    ports = ("127.0.0.1", 0)
    media_transport, media = await loop.create_datagram_endpoint(lambda: _Media(fault), ports, family=socket.AF_INET)
    reports_transport, reports = await loop.create_datagram_endpoint(_Reports, ports)
    transport, carrier = await loop.create_datagram_endpoint(
        lambda: EchoCarrier(fault, invite, media, reports, habits), ports
    )
    try:
        yield carrier
    finally:
        transport.close()
        reports_transport.close()
        media_transport.close()
