"""The way to a dialled SIP address: never to where none may call, whatever of the address leads there."""

from typing import Final

import pytest

from sip.dns.located import Hop, Located, Server
from sip.trunks.choice import Way
from sip.trunks.outbound_ways import located
from sip.trunks.uris import uri_hop

PUBLIC: Final = "93.184.216.34"


async def find(hop: Hop) -> Located:
    return Located((Server((PUBLIC, "10.0.0.5"), 5060),), 60)


def public(_host: str, address: str) -> bool:
    return address == PUBLIC


def way_to(uri: str) -> Way:
    return Way(uri, "peer", hop=uri_hop(uri))


@pytest.mark.parametrize(
    "uri", ["sip:a@10.0.0.5", "sip:a@pbx.example;maddr=10.0.0.5", f"sip:a@{PUBLIC};maddr=127.0.0.1"]
)
async def test_an_inner_address_is_not_called_also_as_maddr(uri: str) -> None:
    assert "may not be called" in (await located(way_to(uri), find, public)).fault


@pytest.mark.parametrize("uri", [f"sip:a@{PUBLIC}", f"sip:a@pbx.example;maddr={PUBLIC}", "sip:a@pbx.example"])
async def test_one_that_may_be_reached_is(uri: str) -> None:
    assert not (await located(way_to(uri), find, public)).fault


async def test_of_a_name_only_addresses_that_may_be_reached_are_called() -> None:
    assert (await located(way_to("sip:a@pbx.example"), find, public)).address == f"{PUBLIC}:5060"
