"""Who sends bytes that are nearly right, and over what; each goes on for ever, by a random source of its own.

So that what one of them sends does not hang on how fast another is.
"""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any, Final

from engine.errors import LegGone, SipError
from engine.ports import DialRequest
from tests.peers.raw_caller import HOST, raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within
from tests.sip.conftest import Line, Watch
from tests.sip.fuzz.media_seeds import OFFERS, media_packet
from tests.sip.fuzz.mutation import Mutation
from tests.sip.fuzz.seeds import description, invite, response, sip_message

AT_ONCE: Final = 5
PAUSE_S: Final = 0.05
PACKETS_OF_A_CALL: Final = 1000
FAR_END_S: Final = 1.0
"""For how long a call of ours is with a far end that answers nearly right."""
CALLS_OF_OURS: Final = 8
ENDS_S: Final = 120.0
"""A far end that answers nothing right is waited for as long as RFC 3261 has it (64 * T1), for INVITE and for BYE."""
_HELLO: Final = (
    bytes.fromhex("160301005b010000570303")
    + bytes(32)
    + bytes.fromhex(
        "00000ac02bc02fc02cc030002f01000024000d00080006040305030806000a00060004001d0017002b0003020304000b00020100"
    )
)
"""The first message of a handshake of TLS (RFC 8446 §4.1.2)."""
TALKER: Final = "+32470000001"
"""The caller of calls whose media are attacked."""
_NO_DIALOG: Final = ("none@fuzz", "none")


@dataclass(slots=True)
class Attacked:
    """The line, each address's dialog (Call-ID and our tag), and how often each attack has come to its end."""

    line: Line
    dialogs: dict[str, tuple[str, str]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)


async def sends_sip(attacked: Attacked, addresses: tuple[str, ...], random: Random) -> None:
    """SIP from each of the addresses in turn, over UDP, and now and then over TCP and TLS."""
    mutation, port = Mutation(random), attacked.line.port
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for address in cycle(addresses):
        # An answer of ours may have been refused by its port, which was closed by then.
        with suppress(OSError):
            udp = await _from(address)
            try:
                for _ in range(AT_ONCE):
                    dialog = attacked.dialogs.get(address, _NO_DIALOG)
                    udp.sendto(mutation.of(sip_message(random, address, dialog)), (HOST, port))
                    udp.sendto(invite(random, address, mutation.of(description(random, 40000))), (HOST, port))
            finally:
                udp.close()
        # Two messages, of which the second begins where the first one's Content-Length has it end.
        over_tcp = b"".join(mutation.of(sip_message(random, address, _NO_DIALOG)) for _ in range(2))
        await _by_connection(address, port, over_tcp)
        if random.random() < 0.1:
            await _by_connection(address, port + 1, mutation.of(sip_message(random, address, _NO_DIALOG)), context)
            await _by_connection(address, port + 1, mutation.of(_HELLO))
        attacked.done["sip"] += 1
        await asyncio.sleep(PAUSE_S)


async def sends_media(attacked: Attacked, kind: str, address: str, random: Random) -> None:
    """Call after call by the trunk at an address; both it and a stranger send packets to its ports of RTP and RTCP."""
    mutation = Mutation(random)
    while True:
        async with raw_caller(attacked.line.port, address) as caller:
            caller.from_ = f"<sip:{TALKER}@{HOST}>;tag=raw"
            with RawRtp() as rtp, RawRtp("127.0.0.9") as stranger, suppress(TimeoutError):
                answer = await caller.asks("INVITE", body=OFFERS[kind](rtp.port))
                if answer.code == 200 and (described := answer.sdp) is not None:
                    attacked.dialogs[address] = (caller.call_id, caller.to_tag)
                    for number in range(PACKETS_OF_A_CALL):
                        for each in (rtp, stranger):
                            packet = media_packet(random, described)
                            each.target = (described.address, described.port + random.randint(0, 1))
                            each.send(packet if random.random() < 0.2 else mutation.of(packet))
                        if not number % AT_ONCE:
                            await asyncio.sleep(PAUSE_S)
                    attacked.done[kind] += 1
                    await caller.asks("BYE")
        await asyncio.sleep(PAUSE_S)


@dataclass(slots=True)
class _NearlyRight(asyncio.DatagramProtocol):
    """Answers each request with one to three answers that are nearly right."""

    address: str
    random: Random
    mutation: Mutation
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        # Of ours a keep-alive too, which is no message.
        with suppress(ValueError):
            asked = SipMessage.read(data.decode(errors="replace"))
            for _ in range(self.random.randint(1, 3) if asked.code is None else 0):
                body = description(self.random, 40000)
                whole = self.random.random() < 0.5
                made = response(self.random, asked, self.address, body if whole else self.mutation.of(body))
                self.transport.sendto(self.mutation.of(made) if whole else made, addr)


async def answers_nearly_right(attacked: Attacked, address: str, random: Random) -> None:
    """A far end that we call again and again, a few times at once."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _NearlyRight(address, random, Mutation(random)), local_addr=(address, 5060)
    )
    try:
        await asyncio.gather(*(_calls(attacked, address) for _ in range(CALLS_OF_OURS)))
    finally:
        transport.close()


async def _calls(attacked: Attacked, address: str) -> None:
    asked = DialRequest(f"sip:+3225550199@{address}:5060", "+3225550100", "CA1", user="me", password="x")
    while True:
        # There may be no room for one more just now.
        with suppress(LegGone, SipError):
            call = Watch(await attacked.line.agent.dial(asked)).start()
            await asyncio.sleep(FAR_END_S)
            with suppress(LegGone, SipError):
                await call.leg.hang_up()
            await call.ends(within_s=ENDS_S)
            attacked.done["answers"] += 1
        await asyncio.sleep(PAUSE_S)


async def _from(address: str) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(address, 5060))
    return transport


async def _by_connection(address: str, port: int, data: bytes, context: ssl.SSLContext | None = None) -> None:
    with suppress(OSError, TimeoutError):
        async with within(5):
            _, writer = await asyncio.open_connection(HOST, port, local_addr=(address, 0), ssl=context)
        try:
            writer.write(data)
            await asyncio.sleep(PAUSE_S)
        finally:
            writer.transport.abort()
