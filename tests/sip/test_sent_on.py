"""Who calls is sent on to another node by 302, over the transport that they came by (RFC 3261 §21.3.3)."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from engine.ports import EndedBy
from sip.config import Tls
from tests.peers.certificates import make_pems
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.sip_message import SipMessage
from tests.peers.tls_caller import tls_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

NODE: Final = "sip:+3225550100@192.0.2.7:5060"


async def sent_on(line: Line, asking: asyncio.Task[SipMessage]) -> SipMessage:
    """What a caller is answered whose call the engine sends on."""
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.redirect(NODE)
    ended = await call.ends()
    assert (ended.sip_code, ended.by) == (302, EndedBy.US)
    return await asking


def contacts(answer: SipMessage) -> list[str]:
    """All of them: a caller would try each."""
    return [value for name, value in answer.headers if name.lower() in ("contact", "m")]


async def test_over_udp_the_contact_is_the_nodes_address_and_no_other(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        answer = await sent_on(line, asyncio.create_task(caller.asks("INVITE", body=audio())))

    assert (answer.code, contacts(answer)) == (302, [f"<{NODE}>"])


async def test_over_tcp_it_says_tcp(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        reader, writer = await asyncio.open_connection(HOST, line.port)
        caller.port = writer.get_extra_info("sockname")[1]
        writer.write(caller.written("INVITE", body=audio(), transport="TCP"))
        answer = await sent_on(line, asyncio.create_task(final_answer(reader)))
        writer.close()

    assert contacts(answer) == [f"<{NODE};transport=tcp>"]


async def test_over_tls_it_goes_on_over_tls_at_the_port_above(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "ours")
    async with (
        open_line(tls=Tls(pems.ca, pems.certificate, pems.key)) as line,
        tls_caller(line.port + 1) as caller,
    ):
        answer = await sent_on(line, asyncio.create_task(caller.asks("INVITE", body=audio())))

    assert contacts(answer) == ["<sip:+3225550100@192.0.2.7:5061;transport=tls>"]


async def final_answer(reader: asyncio.StreamReader) -> SipMessage:
    """The first answer of 200 or above; none of ours before it has a body."""
    async with within(10):
        while True:
            message = SipMessage.read((await reader.readuntil(b"\r\n\r\n")).decode().lstrip("\r\n"))
            if (message.code or 0) >= 200:
                return message
