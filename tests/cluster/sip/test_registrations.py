"""Nodes behind our SIP proxy register with a carrier one at a time, with the proxy's address as Contact."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.kamailio import PASSWORD, SUBSCRIBER, Kamailio, kamailio
from tests.peers.nodes import nodes
from tests.peers.platform import ACCOUNT, Platform, as_json
from tests.peers.ports import Ports
from tests.peers.scenario import calls, receives, scenario, sdp
from tests.peers.sip_balancer import INSIDE, sip_balancer
from tests.peers.sipp import sipp
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.postgres]


@asynccontextmanager
async def registering(folder: Path, ports: Ports, database: str, shop: Customer) -> AsyncIterator["Registering"]:
    """Two nodes behind our proxy, and a carrier with which their trunk registers."""
    (folder / "carrier").mkdir()
    outside, inside = ports.one(), ports.one()
    settings = {"SIP_PROXIES": INSIDE, "SIP_PROXY_ADDRESS": f"127.0.0.1:{outside}"}
    number = {"--url": shop.url("/start")}
    async with (
        kamailio(folder / "carrier", ports) as carrier,
        nodes(folder, ports, database, settings=settings, number=number) as made,
    ):
        lines = [f"1 sip:127.0.0.1:{each.sip_port} 0 0 duid={number}" for number, each in enumerate(made)]
        async with sip_balancer(folder / "proxy", ports, lines, outside=outside, inside=inside):
            secret = folder / "password.txt"
            secret.write_text(PASSWORD)
            await asyncio.to_thread(
                made[0].telefoon, "trunks", "add", "carrier", "--host", f"127.0.0.1:{carrier.port}", "--auth",
                "register", "--user", SUBSCRIBER, "--password-file", str(secret),
                "--set", f"outbound_proxy={INSIDE}:{inside}",
            )  # fmt: skip
            yield Registering(carrier, {"a": made[0], "b": made[1]}, ports, outside)


class Registering:
    """What is registered, as the nodes tell it and as the carrier finds it."""

    def __init__(self, carrier: Kamailio, made: dict[str, Platform], ports: Ports, outside: int) -> None:
        self.nodes = made
        self._carrier = carrier
        self._ports = ports
        self._outside = outside

    async def registers(self, *, but: str = "", within_s: float = 10.0) -> str:
        """The name of the node that is registered, once one is that is not `but`."""
        living = next(each for each in self.nodes.values() if not each.client.closed)
        async with within(within_s):
            while True:
                told = await asyncio.to_thread(living.telefoon, "trunks", "show", "carrier", "--json")
                active = [each["node"] for each in json.loads(told)["registrations"] if each["code"] == 200]
                if [each for each in active if each != but]:
                    return str(next(each for each in active if each != but))
                await asyncio.sleep(0.2)

    async def is_called(self) -> None:
        """A call of the carrier to the subscriber's contact, which is the proxy, is answered."""
        script = scenario(calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200))
        caller = sipp(
            script, self._ports, port=self._carrier.phone_port, target=self._carrier.port, keys={"ear": 40000}
        )
        async with caller as phone:
            await phone.finishes()
            answer = await phone.gets("200 INVITE")
        proxies = [value for name, value in answer.headers if name.lower() == "record-route"]
        assert any(f"127.0.0.1:{self._outside};" in each for each in proxies), proxies


async def test_one_node_registers_with_the_proxys_address_and_another_takes_over_when_it_dies(
    tmp_path: Path, ports: Ports, database: str, shop: Customer
) -> None:
    async with registering(tmp_path, ports, database, shop) as cluster:
        first = await cluster.registers()
        await asyncio.sleep(3)
        assert await cluster.registers() == first, "the other has registered too"
        await cluster.is_called()

        await cluster.nodes[first].end(signal.SIGKILL)

        assert await cluster.registers(but=first) != first
        await cluster.is_called()


async def test_a_node_that_drains_leaves_its_registration_to_another(
    tmp_path: Path, ports: Ports, database: str, shop: Customer
) -> None:
    async with registering(tmp_path, ports, database, shop) as cluster:
        first = await cluster.registers()
        await cluster.is_called()

        await asyncio.to_thread(drain, cluster.nodes[first])

        await cluster.registers(but=first)
        await cluster.is_called()


def drain(node: Platform) -> None:
    key = node.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "admin", "--json")
    node.telefoon("drain", "--key", as_json(key)["key"])
