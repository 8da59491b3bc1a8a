import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.asterisk import PASSWORD, Asterisk, asterisk
from tests.peers.asterisk_caller import ACTING
from tests.peers.certificates import Pems, make_pems
from tests.peers.customer import Customer, customer
from tests.peers.ports import Ports

SUBSCRIBER_HOST = "127.0.0.3"
"""Where the product runs when Asterisk is to ask for a digest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/asterisk/"):
            item.add_marker(pytest.mark.asterisk)
            item.add_marker(pytest.mark.skipif(os.geteuid() != 0, reason="a chroot needs root"))


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
def product_port(ports: Ports) -> int:
    return ports.block(2)


@pytest.fixture
def pems(tmp_path: Path, request: pytest.FixtureRequest) -> Pems:
    return make_pems(tmp_path, strict=getattr(request, "param", "strict") == "strict")


@pytest.fixture
async def network(ports: Ports, product_port: int, pems: Pems) -> AsyncIterator[Asterisk]:
    async with asterisk(ports, product_port, pems, more=ACTING) as running:
        yield running


@pytest.fixture
async def shop() -> AsyncIterator[Customer]:
    async with customer() as serving:
        yield serving


@pytest.fixture
def plain(network: Asterisk, product_port: int) -> dict[str, str]:
    """Settings of a product whose trunk Asterisk knows by its address."""
    return {"SIP_PORT": str(product_port), "TRUNK": f"sip:127.0.0.1:{network.udp_port}"}


@pytest.fixture
def subscribed(network: Asterisk, product_port: int) -> dict[str, str]:
    """Settings of a product that registers and answers digests."""
    return {
        "SIP_HOST": SUBSCRIBER_HOST,
        "SIP_PORT": str(product_port),
        "TRUNK": f"sip:127.0.0.1:{network.udp_port}",
        "TRUNK_USER": "subscriber",
        "TRUNK_PASSWORD": PASSWORD,
        "TRUNK_REGISTER": "true",
    }


@pytest.fixture
def secured(subscribed: dict[str, str], network: Asterisk, pems: Pems) -> dict[str, str]:
    """The same over TLS with SRTP."""
    return {
        **subscribed,
        "TRUNK": f"sip:127.0.0.1:{network.tls_port};transport=tls",
        "TRUNK_USER": "secure",
        "TRUNK_SRTP": "required",
        "TLS_CA": str(pems.ca),
    }
