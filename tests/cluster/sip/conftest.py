import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.peers.customer import Customer, customer
from tests.peers.platform import Platform, prepared
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_balancer import INSIDE, SipBalancer, sip_balancer
from tests.peers.waiting import within

WAITS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Our SIP proxy, and nodes behind it that each answer every call."""

    proxy: SipBalancer
    nodes: tuple[Platform, ...]
    folder: Path

    async def calls(self, status: str = "in-progress") -> list[int]:
        """How many calls each node that lives has, of those that are so."""
        living = [each for each in self.nodes if not each.client.closed]
        return [len((await each.get("calls", status=status))["calls"]) for each in living]

    async def has_calls(self, *wanted: int, within_s: float = 10.0) -> None:
        """Wait until so many calls go on at each."""
        seen: list[int] = []
        try:
            async with within(within_s):
                while (seen := await self.calls()) != list(wanted):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{seen}, not {wanted}: {self.proxy.log[-3000:]}") from None


OpenCluster = Callable[..., AbstractAsyncContextManager[Cluster]]


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
async def shop() -> AsyncIterator[Customer]:
    async with customer() as serving:
        serving.flows["/start"] = WAITS
        yield serving


def host_of(number: int) -> str:
    """The address of node `number`, counted from 1."""
    return f"127.0.2.{number}"


def line_of(number: int, node: Platform, *, tls: bool) -> str:
    """A node's line in nodes.list."""
    port = f"{node.sip_port + 1};transport=tls" if tls else str(node.sip_port)
    return f"1 sip:{node.environment['TELEFOON_SIP_HOST']}:{port} 0 0 duid=node-{number}"


@pytest.fixture
def open_cluster(tmp_path: Path, ports: Ports, shop: Customer) -> OpenCluster:
    """Opens our proxy and so many nodes behind it; `settings` and `file` are those of the nodes.

    The proxy knows them at its start if they are `listed`, and speaks to them over TLS if `tls`. Further keywords are
    those of `sip_balancer`.
    """

    @asynccontextmanager
    async def opening(
        nodes: int = 2,
        *,
        settings: dict[str, str] | None = None,
        file: str = "",
        listed: bool = True,
        tls: bool = False,
        **proxy: Any,
    ) -> AsyncIterator[Cluster]:
        made = []
        for number in range(1, nodes + 1):
            (tmp_path / f"node-{number}").mkdir()
            (tmp_path / f"node-{number}" / "telefoon.toml").write_text(file)
            own = {"SIP_HOST": host_of(number), "SIP_PROXIES": INSIDE, "NODE": f"node-{number}", **(settings or {})}
            options = {"--url": shop.url("/start")}
            made.append(await asyncio.to_thread(prepared, tmp_path / f"node-{number}", ports, own, number=options))
        async with AsyncExitStack() as stack:
            for node in made:
                stack.push_async_callback(node.end)
            await asyncio.gather(*(node.start() for node in made))
            lines = [line_of(number, node, tls=tls) for number, node in enumerate(made, 1)] if listed else []
            balancer = await stack.enter_async_context(sip_balancer(tmp_path / "proxy", ports, lines, **proxy))
            yield Cluster(balancer, tuple(made), tmp_path)

    return opening


@asynccontextmanager
async def caller_of(cluster: Cluster, host: str = HOST) -> AsyncIterator[RawCaller]:
    """Somebody who calls through the proxy, and speaks within a dialog by its routes."""
    async with raw_caller(cluster.proxy.port, host) as caller:
        caller.routed = caller.repeats_acks = True
        yield caller


async def answered(caller: RawCaller) -> RawCaller:
    """The caller, once its call is answered."""
    answer = await caller.asks("INVITE", body=audio())
    assert answer.code == 200, answer
    return caller
