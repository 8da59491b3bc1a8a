"""A carrier behind which each number is a telephone: it answers at once, sounds its tone, and listens."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.raw_callee import HOST, RawCallee
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import eventually

_EVENTS: Final = 101
BUSY: Final = "busy"
"""Who is called by this name is."""
_USER: Final = re.compile(r"sips?:([^@;>\s]+)@")


@dataclass(frozen=True, slots=True)
class ExchangeTelephone:
    """One call at the exchange: who was called, what is heard there, and the request that began it."""

    number: str
    ear: RtpEar
    event_type: int
    invite: SipMessage
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class TelephoneExchange(RawCallee):
    """`tone_of` gives the tone in Hz that a number sounds; `telephones` has the calls by their Call-ID."""

    tone_of: Callable[[str], int] = field(default=lambda _: 900)
    telephones: dict[str, ExchangeTelephone] = field(default_factory=dict)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        before = len(self.seen)
        RawCallee.datagram_received(self, data, addr)
        for message in self.seen[before:]:
            if message.code is None and message.method != "ACK":
                self._is_asked(message)

    async def is_called(self, number: str, *, within_s: float = 20.0) -> ExchangeTelephone:
        """The first call to the number, as soon as there is one."""
        return await eventually(
            lambda: next((each for each in self.telephones.values() if each.number == number), None),
            within_s=within_s,
            otherwise=lambda: f"a call to {number}; called were {[each.number for each in self.telephones.values()]}",
        )

    async def hang_up(self, telephone: ExchangeTelephone) -> None:
        """End a call, unless the other side has."""
        if not telephone.over.is_set():
            telephone.over.set()
            await self.asks(telephone.invite, "BYE")

    def close(self) -> None:
        """Free the ports of all."""
        for each in self.telephones.values():
            each.ear.close()

    def _is_asked(self, request: SipMessage) -> None:
        telephone = self.telephones.get(request.header("call-id"))
        if request.method == "INVITE" and f":{BUSY}@" in request.start_line:
            self.answer(request, "486 Busy Here")
            return
        if request.method == "INVITE":
            telephone = telephone or self._rings(request)
            self.answer(request, "200 OK", body=_description(telephone.ear.port, telephone.event_type))
            return
        if telephone is not None and request.method == "BYE":
            telephone.over.set()
        self.answer(request, "200 OK")

    def _rings(self, invite: SipMessage) -> ExchangeTelephone:
        found = _USER.search(invite.start_line)
        assert found is not None, f"nobody is called by {invite.start_line}"
        assert invite.sdp is not None, "it offers no audio"
        event_type = invite.sdp.payload_type("telephone-event/8000") or _EVENTS
        telephone = ExchangeTelephone(found[1], RtpEar(event_type=event_type), event_type, invite)
        telephone.ear.follow(invite.sdp)
        telephone.ear.say(tone(self.tone_of(found[1]), 2, dbov=-24), for_ever=True)
        self.telephones[invite.header("call-id")] = telephone
        return telephone


def _description(port: int, event_type: int) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 {event_type}\r\n"
        f"a=rtpmap:8 PCMA/8000\r\na=rtpmap:{event_type} telephone-event/8000\r\n"
    )


@asynccontextmanager
async def telephone_exchange(tone_of: Callable[[str], int]) -> AsyncIterator[TelephoneExchange]:
    """Listen on a free port of loopback."""
    loop = asyncio.get_running_loop()
    transport, exchange = await loop.create_datagram_endpoint(
        lambda: TelephoneExchange(tone_of=tone_of), local_addr=(HOST, 0)
    )
    try:
        yield exchange
    finally:
        exchange.close()
        transport.close()
