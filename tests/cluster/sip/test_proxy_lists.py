"""`telefoon nodes lists --watch` keeps the lists of our SIP proxy true: nodes, trunks' addresses, bans."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.cluster.sip.conftest import Cluster, OpenCluster, caller_of
from tests.peers import commands
from tests.peers.phone import phone
from tests.peers.platform import NUMBER
from tests.peers.raw_caller import audio
from tests.peers.sip_balancer import INSIDE
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

ALLOWED: Final = "127.0.0.3"
IPV6: Final = "::1"


@asynccontextmanager
async def watched(cluster: Cluster, *more: str) -> AsyncIterator[None]:
    """Inside, the lists are kept; `more` are further options."""
    folder = cluster.proxy.folder
    with (cluster.folder / "lists.log").open("wb") as log:
        process = await commands.start(
            *("nodes", "lists", str(folder), "--tell", str(folder / "rpc.sock"), "--watch", *more),
            environment=cluster.nodes[0].environment,
            stdout=log.fileno(),
            stderr=log.fileno(),
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        async with within(20):
            await process.wait()


async def test_nodes_trunks_and_bans_reach_the_proxy_within_seconds(open_cluster: OpenCluster) -> None:
    settings = {"SIP_ALLOW": f"{ALLOWED}/32"}
    async with open_cluster(nodes=1, settings=settings, sources=(), listed=False) as cluster:
        [node] = cluster.nodes
        assert not await is_answered(cluster, ALLOWED, within_s=2)

        async with watched(cluster):
            assert await is_answered(cluster, ALLOWED), "its network is allowed"
            await asyncio.to_thread(node.telefoon, "trunks", "add", "carrier", "--host", "127.0.0.1:5999")
            assert await is_answered(cluster, "127.0.0.1"), "it is a trunk's address"
            await asyncio.to_thread(node.telefoon, "bans", "add", ALLOWED)
            await falls_silent(cluster, ALLOWED)
            await asyncio.to_thread(node.telefoon, "bans", "lift", ALLOWED)
            assert await is_answered(cluster, ALLOWED), "it is banned no more"


async def test_calls_over_ipv6_reach_nodes_that_speak_it_and_those_over_ipv4_go_on_to_do_so(
    open_cluster: OpenCluster,
) -> None:
    settings = {"SIP_HOST": f"127.0.2.1, {IPV6}", "SIP_PROXIES": f"{INSIDE}, {IPV6}", "SIP_ALLOW": f"{ALLOWED}, {IPV6}"}
    own = [("OUTSIDE6_IP", f"[{IPV6}]"), ("INSIDE6_IP", f"[{IPV6}]")]
    async with (
        open_cluster(
            nodes=1, settings=settings, sources=(), listed=False, defines=["WITH_IPV6"], values=own
        ) as cluster,
        watched(cluster, "--ipv6", f"[{IPV6}]:{cluster.proxy.inside_port}"),
    ):
        assert await is_answered(cluster, ALLOWED)
        async with phone("--host", IPV6, "--dial", f"sip:{NUMBER}@[{IPV6}]:{cluster.proxy.port}") as caller:
            await caller.tells("answered", within_s=20)


async def is_answered(cluster: Cluster, host: str, *, within_s: float = 20.0) -> bool:
    """Whether calls from an address come to be answered by a node."""
    try:
        async with within(within_s):
            while True:
                async with caller_of(cluster, host) as caller:
                    caller.request("INVITE", body=audio())
                    try:
                        await caller.gets(200, within_s=1)
                    except TimeoutError:
                        continue
                    return True
    except TimeoutError:
        return False


async def falls_silent(cluster: Cluster, host: str) -> None:
    """Wait until OPTIONS from an address are answered nothing."""
    async with within(20):
        while True:
            async with caller_of(cluster, host) as caller:
                caller.request("OPTIONS")
                await asyncio.sleep(0.5)
                if not caller.seen:
                    return
