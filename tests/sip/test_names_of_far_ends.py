"""Names that far ends tell in Contact and Record-Route: found by a real name server, and waited for by nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.model.trunk import AddressFamily
from engine.ports import Ear
from sip.dns.resolver import DnsResolver
from tests.peers.audio import longest_gap, tone
from tests.peers.ear import RtpEar
from tests.peers.name_server import NameServer, name_server
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.running.pace import patience
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

NAME = "phone.far.example"
HERE = f"{NAME} 60 IN A 127.0.0.1"
HZ = 700
LONGEST_GAP_S = 0.1
DNS_GIVES_UP_S = 5.0


def asking(server: NameServer) -> DnsResolver:
    return DnsResolver(AddressFamily.IPV4, servers=[server.address])


@pytest.fixture
async def dns() -> AsyncIterator[NameServer]:
    async with name_server(HERE) as opened:
        yield opened


@pytest.fixture
async def line(open_line: OpenLine, dns: NameServer) -> AsyncIterator[Line]:
    async with open_line(name_servers=asking(dns)) as opened:
        yield opened


async def named_call(line: Line, caller: RawCaller, *headers: str) -> Watch:
    """A call whose far end says that it is to be found by name."""
    caller.contact_host = NAME
    return await in_a_call(line, caller, audio(), *headers)


async def test_what_is_said_to_a_named_contact_goes_where_the_name_server_says(line: Line, dns: NameServer) -> None:
    async with raw_caller(line.port) as caller:
        call = await named_call(line, caller)
        await call.leg.hang_up()
        bye = await caller.is_asked("BYE")
        caller.respond(bye, "200 OK")
        await call.ends()

    assert bye.start_line.startswith(f"BYE sip:raw@{NAME}:{caller.port} ")
    assert f"A {NAME}" in dns.asked


async def test_what_is_said_by_way_of_a_named_proxy_goes_where_the_name_server_says(
    line: Line, dns: NameServer
) -> None:
    async with raw_caller(line.port) as caller:
        call = await in_a_call(line, caller, audio(), f"Record-Route: <sip:{NAME}:{caller.port};lr>")
        await call.leg.hang_up()
        bye = await caller.is_asked("BYE")
        caller.respond(bye, "200 OK")
        await call.ends()

    assert f"A {NAME}" in dns.asked


async def test_a_name_server_that_never_answers_holds_up_that_message_alone(
    line: Line, dns: NameServer, tmp_path: Path
) -> None:
    prompt = tone(HZ, 20, rate_hz=8000).save(tmp_path / "prompt.wav")
    dns.silent = True
    with RtpEar() as ear:
        async with raw_caller(line.port) as named, raw_caller(line.port) as speaking, raw_caller(line.port) as asking_:
            stuck = await named_call(line, named)
            talk = await in_a_call(line, speaking, audio(ear.port))
            await line.agent.bridge.play(prompt, to=[Ear(talk.leg.id)])
            await ear.hears_in_all(HZ, seconds=0.5, within_s=10)
            since_s = ear.now_s

            await stuck.leg.hang_up()
            for _ in range(10):
                answer = await asking_.asks("OPTIONS")
                assert answer.code == 200
                await asyncio.sleep(0.2)
            await ear.hears_in_all(HZ, seconds=1.5, within_s=10, since_s=since_s)
            ended = await stuck.ends(within_s=patience(DNS_GIVES_UP_S + 5))

    assert longest_gap(ear.heard(since_s), HZ).seconds < patience(LONGEST_GAP_S)
    assert ended.by_us
    assert f"A {NAME}" in dns.asked
    assert not named.requests("BYE")
