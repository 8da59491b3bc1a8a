"""Several nodes as `make cluster` starts them, in network namespaces with what is before and behind them, as root."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.cluster import whole
from scripts.cluster.haproxy import HTTP_PORT as BALANCER_PORT
from scripts.cluster.haproxy import Haproxy
from scripts.cluster.kamailio import Kamailio
from scripts.cluster.namespaces import UNTIL_WE_DIE
from scripts.cluster.nodes import HTTP_PORT, SIP_PORT, ClusterNode
from scripts.cluster.postgres import Postgres
from scripts.cluster.subnet import Subnet
from tests.peers.account import account_template
from tests.peers.cuts import Link
from tests.peers.platform import ACCOUNT, BRIEFLY, NUMBER, OF_TESTS, Platform
from tests.peers.waiting import eventually

NAMES: Final = ("a", "b")
_OF_ANOTHER_PLATFORM: Final = shutil.ignore_patterns("pepper", "master.key", "telefoon.db*")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes that serve. `front` is the REST interface as clients have it, behind HAProxy; it has no process.

    This process is at `subnet.outside`, where phones, carriers and customers' servers listen.
    """

    subnet: Subnet
    nodes: Sequence[Platform]
    links: Sequence[Link]
    """Of each node, in their order: by it a node is cut off."""
    front: Platform
    balancer: Haproxy
    proxy: Kamailio
    database: Postgres


@asynccontextmanager
async def cluster(
    names: Sequence[str] = NAMES,
    settings: Mapping[str, str] | None = None,
    *,
    number: Mapping[str, str] | None = None,
    notice: str | None = BRIEFLY,
    certificate: Path | None = None,
) -> AsyncIterator[Cluster]:
    """Nodes with an account, a key and NUMBER, whose options (as --url) are in `number`.

    `settings` are of all nodes, without their prefix. If they name no trunk there is one by Kamailio to CARRIER_PORT of
    `subnet.outside`. `notice` is the account's own announcement in English, `certificate` HAProxy's, a PEM file with a
    key.
    """
    async with AsyncExitStack() as stack:
        made = stack.enter_context(whole.cluster(names, {**OF_TESTS, **(settings or {})}, certificate))
        nodes = [_platform(node, made.key) for node in made.nodes]
        _furnish(nodes[0], number, notice)
        for node in nodes:
            shutil.copytree(
                account_template(ACCOUNT, notice) / "var",
                node.environment["TELEFOON_DATA_DIR"],
                ignore=_OF_ANOTHER_PLATFORM,
                dirs_exist_ok=True,
            )
            stack.push_async_callback(node.end)
        await asyncio.gather(*(node.start() for node in nodes))
        front = Platform(made.folder, nodes[0].environment, BALANCER_PORT, SIP_PORT, made.key)
        front.host = made.subnet.http_balancer
        await eventually(
            lambda: all(made.balancer.states().values()), within_s=30, otherwise=lambda: str(made.balancer.states())
        )
        if certificate is None:
            stack.push_async_callback(front.end)
            await front.connect()
        links = [Link(made.network, node.where) for node in made.nodes]
        yield Cluster(made.subnet, nodes, links, front, made.balancer, made.proxy, made.database)


def _platform(node: ClusterNode, key: str) -> Platform:
    made = Platform(node.folder, node.environment, HTTP_PORT, SIP_PORT, key)
    made.host, made.inside = node.where.address, (*node.where.inside, *UNTIL_WE_DIE)
    return made


def _furnish(node: Platform, number: Mapping[str, str] | None, notice: str | None) -> None:
    """What the account needs that has been made: its policy, its announcement, its number."""
    # Extensions behind Asterisk are longer than numbers of Brussels: no plan knows them.
    node.telefoon("policies", "set", "--set", "allowed_prefixes=+32255")
    if notice:
        node.telefoon("accounts", "text", ACCOUNT, "announcement", "--language", "en", "--text", notice)
    options = [each for name, value in (number or {}).items() for each in (name, value)]
    node.telefoon("numbers", "add", NUMBER, "--account", ACCOUNT, *options)
