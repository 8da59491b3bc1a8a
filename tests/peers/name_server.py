"""A DNS server on loopback whose records a test writes, and changes while it runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

HOST: Final = "127.0.0.1"


class NameServer(asyncio.DatagramProtocol):
    """Each line of `zone` is a record: "NAME TTL IN TYPE DATA". What was asked is in `asked`, as "TYPE NAME".

    It answers NXDOMAIN for names of which it has nothing, nothing at all while it is `silent`, and nothing to who asks
    for records of the type `mute`.
    """

    def __init__(self, zone: Sequence[str]) -> None:
        self.zone = list(zone)
        self.asked: list[str] = []
        self.silent = False
        self.mute = ""
        self.port = 0
        self._transport: Any = None

    @property
    def address(self) -> tuple[str, int]:
        return HOST, self.port

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        self.asked.append(f"{dns.rdatatype.to_text(question.rdtype)} {question.name.to_text(omit_final_dot=True)}")
        if not self.silent and dns.rdatatype.to_text(question.rdtype) != self.mute:
            self._transport.sendto(self._answer(query, question).to_wire(), addr)

    def _answer(self, query: dns.message.Message, question: dns.rrset.RRset) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA | dns.flags.AA
        records = [line.split(maxsplit=4) for line in self.zone]
        named = [each for each in records if dns.name.from_text(each[0]) == question.name]
        kind = dns.rdatatype.to_text(question.rdtype)
        if fitting := [each for each in named if each[3] == kind]:
            data = [each[4] for each in fitting]
            answer.answer.append(dns.rrset.from_text(question.name, int(fitting[0][1]), "IN", kind, *data))
        elif not any(dns.name.from_text(each[0]).is_subdomain(question.name) for each in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@asynccontextmanager
async def name_server(*zone: str) -> AsyncIterator[NameServer]:
    """Listens on a free port."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(zone), local_addr=(HOST, 0))
    try:
        yield server
    finally:
        transport.close()
