"""What a trunk that is known by name hears of our address, over TCP: our end of the connection that is there."""

import asyncio

import pytest

from engine.model.trunk import AddressFamily, Authentication, Trunk, trunk_at
from sip.dns.resolver import DnsResolver
from tests.peers.name_server import name_server
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine

pytestmark = pytest.mark.sip

NAME = "sip.carrier.example"


def subscriber_of(host: str) -> Trunk:
    return trunk_at(f"sip:{host};transport=tcp", "carrier", auth=Authentication.REGISTER, user="me", password="x")


@pytest.mark.parametrize("by_srv", [True, False], ids=["by-srv", "by-address"])
async def test_a_registrar_is_told_the_connection_that_its_request_came_by(open_line: OpenLine, by_srv: bool) -> None:
    async with (
        sip_answerer(lambda _: "200 OK\nExpires: 300", stream=True) as registrar,
        name_server(
            f"_sip._tcp.{NAME} 60 IN SRV 10 1 {registrar.port} a.{NAME}.",
            f"a.{NAME} 60 IN A 127.0.0.1",
            *([] if by_srv else [f"{NAME} 60 IN A 127.0.0.1"]),
        ) as dns,
        open_line(
            trunk=subscriber_of(NAME if by_srv else f"{NAME}:{registrar.port}"),
            name_servers=DnsResolver(AddressFamily.IPV4, servers=[dns.address]),
        ),
    ):
        register = await asked(registrar)

    ((address, port),) = registrar.sources
    assert f"@{address}:{port};" in register.header("contact")
    assert f"{address}:{port};" in register.header("via")


async def asked(registrar: SipAnswerer) -> SipMessage:
    """The first request that came."""
    async with within(10):
        while not registrar.requests:
            await asyncio.sleep(0.05)
    return SipMessage.read(registrar.requests[0])
