"""Another telephone of a subscriber: it registers at a real registrar by itself, and reads who is registered there."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within

_ANSWER_S: Final = 5.0
_QUOTED: Final = re.compile(r'(\w+)="([^"]*)"')
_CONTACT: Final = re.compile(r"<(?P<uri>[^>]*)>[^,]*?expires=(?P<left>\d+)")


@dataclass(slots=True)
class Telephone(asyncio.DatagramProtocol):
    """One that is known to the registrar at a port of this machine by its user and password (RFC 3261 §22, MD5)."""

    registrar: int
    user: str
    password: str
    port: int = 0
    _answers: asyncio.Queue[SipMessage] = field(default_factory=asyncio.Queue)
    _call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _number: int = 0
    _transport: Any = None

    @property
    def contact(self) -> str:
        return f"sip:{self.user}@127.0.0.1:{self.port}"

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._answers.put_nowait(SipMessage.read(data.decode()))

    async def register(self, expires_s: int) -> None:
        """Be reached for so many seconds."""
        await self._asks(f"Contact: <{self.contact}>", f"Expires: {expires_s}")

    async def contacts(self) -> Mapping[str, int]:
        """The contacts of all telephones of the subscriber, and for how many seconds each holds yet."""
        told = await self._asks()
        found = [_CONTACT.finditer(value) for name, value in told.headers if name.lower() == "contact"]
        return {each["uri"]: int(each["left"]) for header in found for each in header}

    async def _asks(self, *lines: str) -> SipMessage:
        """REGISTER, and again with a digest where one is asked for."""
        answer = await self._request(*lines)
        if answer.start_line.startswith("SIP/2.0 401"):
            answer = await self._request(*lines, self._credentials(answer.header("www-authenticate")))
        assert answer.start_line.startswith("SIP/2.0 200"), answer.start_line
        return answer

    async def _request(self, *lines: str) -> SipMessage:
        self._number += 1
        who = f"<sip:{self.user}@127.0.0.1>"
        head = (
            f"REGISTER sip:127.0.0.1:{self.registrar} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(8)}",
            f"From: {who};tag=telephone", f"To: {who}", f"Call-ID: {self._call_id}",
            f"CSeq: {self._number} REGISTER", "Max-Forwards: 70", *lines, "Content-Length: 0", "", "",
        )  # fmt: skip
        self._transport.sendto("\r\n".join(head).encode())
        async with within(_ANSWER_S):
            return await self._answers.get()

    def _credentials(self, challenge: str) -> str:
        given = dict(_QUOTED.findall(challenge))
        uri, nonce, cnonce = f"sip:127.0.0.1:{self.registrar}", given["nonce"], secrets.token_hex(8)
        who = _md5(self.user, given["realm"], self.password)
        response = _md5(who, nonce, "00000001", cnonce, "auth", _md5("REGISTER", uri))
        return (
            f'Authorization: Digest username="{self.user}", realm="{given["realm"]}", nonce="{nonce}", uri="{uri}", '
            f'qop=auth, nc=00000001, cnonce="{cnonce}", response="{response}", algorithm=MD5'
        )


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


@asynccontextmanager
async def telephone(registrar: int, user: str, password: str) -> AsyncIterator[Telephone]:
    """At a free port of this machine."""
    loop = asyncio.get_running_loop()
    transport, one = await loop.create_datagram_endpoint(
        lambda: Telephone(registrar, user, password),
        local_addr=("127.0.0.1", 0),
        remote_addr=("127.0.0.1", registrar),
    )
    try:
        yield one
    finally:
        transport.close()
