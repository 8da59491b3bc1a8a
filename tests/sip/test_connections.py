"""Connections over TCP and TLS: strangers hold none for long, nor does anybody with half a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pjsua2 as pj
import pytest

from engine.model.call import Event
from engine.ports import Answered
from sip.config import ConnectionRoom, Tls
from tests.peers.certificates import make_pems
from tests.peers.raw_caller import RawCaller, audio
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, trunk_to
from tests.sip.sip_thread import standing_still

pytestmark = pytest.mark.sip

STRANGERS: Final = "127.0.0.2"
FRIENDS: Final = "127.0.0.1"
"""The address of the trunk's host."""
NOBODY: Final = [ip_network("192.0.2.0/24")]
STRANGER_S: Final = 2


class Connection:
    """A connection over TCP to the platform, from an address of our choice."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        self.reader = reader
        self.writer = writer
        self.caller = RawCaller(target)
        self.caller.host, self.caller.port = writer.get_extra_info("sockname")[:2]

    def request(self, method: str, *headers: str, body: str = "", number: int | None = None) -> bytes:
        return self.caller.written(method, *headers, body=body, number=number, transport="TCP")

    async def gets(self, what: bytes) -> None:
        async with within(8):
            await self.reader.readuntil(what)

    async def is_closed(self, within_s: float = STRANGER_S + 6) -> None:
        """Wait for the platform to close it."""
        async with within(within_s):
            try:
                while await self.reader.read(4096):
                    pass
            except ConnectionError:
                return


@asynccontextmanager
async def connected(line: Line, host: str, port: int | None = None) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port or line.port, local_addr=(host, 0))
    try:
        yield Connection(reader, writer, line.port)
    finally:
        writer.close()


@pytest.fixture
async def guarded(open_line: OpenLine) -> AsyncIterator[Line]:
    room = ConnectionRoom(stranger_s=STRANGER_S)
    async with open_line(allow=NOBODY, trunk=trunk_to(5060), connections=room) as line:
        yield line


async def in_a_call_by(line: Line, friend: Connection) -> Watch:
    friend.writer.write(friend.request("INVITE", body=audio(), number=1))
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.answer()
    async with within(8):
        await friend.reader.readuntil(b"SIP/2.0 200")
        answered = await friend.reader.readuntil(b"\r\n\r\n")
    friend.caller.to_tag = answered.decode().partition("\nTo: ")[2].partition("tag=")[2].split("\r\n")[0]
    friend.writer.write(friend.request("ACK", number=1))
    await call.sees(Answered)
    return call


async def test_two_hundred_idle_connections_of_a_stranger_go_and_a_call_runs_on(guarded: Line) -> None:
    async with connected(guarded, FRIENDS) as friend, AsyncExitStack() as strangers:
        call = await in_a_call_by(guarded, friend)
        idle = [await strangers.enter_async_context(connected(guarded, STRANGERS)) for _ in range(200)]
        silent = await strangers.enter_async_context(connected(guarded, FRIENDS))

        await asyncio.gather(*(each.is_closed() for each in idle))

        silent.writer.write(silent.request("OPTIONS"))
        await silent.gets(b"SIP/2.0 200")
        friend.writer.write(friend.request("OPTIONS", number=2))
        await friend.gets(b"CSeq: 2 OPTIONS")
        friend.writer.write(friend.request("BYE", number=3))
        await friend.gets(b"CSeq: 3 BYE")
        assert (await call.ends()).outcome is Event.HUNG_UP


async def test_a_stranger_may_not_have_more_than_a_few(guarded: Line) -> None:
    async with AsyncExitStack() as strangers:
        coming = (strangers.enter_async_context(connected(guarded, STRANGERS)) for _ in range(30))
        idle = await asyncio.gather(*coming)
        await asyncio.gather(*(each.is_closed() for each in idle))
    figures = pj.connection_figures()

    # They are accepted several at a time, so which ten stay is the machine's to say.
    assert (figures.refused, figures.timedOut) == (20, 10), "ten stay until their time is over, and no more"


@pytest.mark.parametrize("host", [STRANGERS, FRIENDS])
@pytest.mark.parametrize(
    "half",
    [b"INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;bran",
     b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nCall-ID: a\r\nContent-Length: 60000\r\n\r\nx"],
    ids=["half a head", "a body that never fills"],
)  # fmt: skip
async def test_half_a_message_holds_no_connection(guarded: Line, host: str, half: bytes) -> None:
    async with connected(guarded, host) as slow:
        slow.writer.write(half)

        await slow.is_closed()


async def test_a_byte_at_a_time_holds_no_connection(guarded: Line) -> None:
    async with connected(guarded, FRIENDS) as slow:
        closed = asyncio.create_task(slow.is_closed())
        for byte in slow.request("OPTIONS"):
            if closed.done():
                break
            slow.writer.write(bytes([byte]))
            await asyncio.sleep(0.1)
        await closed


async def test_a_message_in_two_halves_is_one(guarded: Line) -> None:
    async with connected(guarded, FRIENDS) as friend:
        message = friend.request("OPTIONS")
        friend.writer.write(message[:100])
        await asyncio.sleep(0.5)
        friend.writer.write(message[100:])

        await friend.gets(b"SIP/2.0 200")
        await asyncio.sleep(STRANGER_S + 2)
        friend.writer.write(friend.request("OPTIONS"))
        await friend.gets(b"SIP/2.0 200")


@pytest.mark.parametrize("host", [STRANGERS, FRIENDS])
async def test_a_handshake_of_tls_that_is_never_finished_holds_no_connection(
    open_line: OpenLine, tmp_path: Path, host: str
) -> None:
    pems = make_pems(tmp_path / "pems")
    tls = Tls(pems.ca, pems.certificate, pems.key)
    room = ConnectionRoom(stranger_s=STRANGER_S)
    async with (
        open_line(allow=NOBODY, trunk=trunk_to(5060), tls=tls, connections=room) as line,
        connected(line, host, line.port + 1) as silent,
        connected(line, host, line.port + 1) as half,
    ):
        half.writer.write(b"\x16\x03\x01\x02\x00\x01")

        await asyncio.gather(silent.is_closed(), half.is_closed())


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
async def test_thirty_connect_at_once_while_the_platform_has_too_much_to_do_to_take_them(
    open_line: OpenLine, tmp_path: Path, transport: str
) -> None:
    pems = make_pems(tmp_path / "pems")
    tls = Tls(pems.ca, pems.certificate, pems.key)
    async with open_line(allow=NOBODY, trunk=trunk_to(5060), tls=tls) as line, AsyncExitStack() as friends:
        port = line.port + (transport == "TLS")
        async with standing_still(line):
            coming = (friends.enter_async_context(connected(line, FRIENDS, port)) for _ in range(30))
            async with within(5):  # whoever finds no room tries again and again, and is not connected meanwhile
                connections = await asyncio.gather(*coming)

        if transport == "TCP":
            for each in connections:
                each.writer.write(each.request("OPTIONS"))
            await asyncio.gather(*(each.gets(b"SIP/2.0 200") for each in connections))
