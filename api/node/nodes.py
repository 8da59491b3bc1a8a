"""A node among others: what it tells of itself, its way to them, and what its membership asks of it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import aiohttp

from api.http.forwarding import Forwarding
from api.http.listening import address_of
from api.node.context import NodeContext
from api.node.lease_talk import LeaseTalk
from api.node.this_process import has_ended, this_process
from config.settings import Settings
from config.version import VERSION
from engine.errors import SetupError
from engine.live.nodes.membership import Lease, Membership, NodeIdentity, NodeSurroundings
from engine.live.recovery import take_over
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard
from engine.model.hosts import before_port
from engine.model.node import Node, NodeAddresses, NodeLoad
from engine.security.inside_requests import InsideRequests
from engine.store.fence import Fence
from engine.store.stores import Stores

_CONNECTIONS: Final = 200


def identity_of(settings: Settings) -> NodeIdentity:
    """The node as its settings name it, in this process."""
    hosts = _reached_at(settings)
    over_ipv6 = next((each for each in hosts if ":" in each and not ip_address(each).is_unspecified), None)
    addresses = NodeAddresses(
        settings.node_url or address_of(settings),
        f"{before_port(hosts[0])}:{settings.sip_port}",
        settings.region,
        f"{before_port(over_ipv6)}:{settings.sip_port}" if over_ipv6 is not None else "",
    )
    return NodeIdentity(settings.node, addresses, VERSION, this_process())


def _reached_at(settings: Settings) -> list[str]:
    """Where others reach its SIP, best first: behind proxies `public_address` is that of media alone."""
    if not settings.sip_proxies:
        return [*settings.public_addresses, *settings.sip_hosts]
    named = [each for each in settings.sip_hosts if not ip_address(each).is_unspecified]
    return [*named, *settings.public_addresses, *settings.sip_hosts]


@dataclass(frozen=True, slots=True)
class NodePlace:
    """A node's place among those of its database: its name, held, and its way to the others.

    `last_run` is its row as its last run left it.
    """

    membership: Membership
    last_run: Node | None
    forwarding: Forwarding
    talk: LeaseTalk


@asynccontextmanager
async def entered(context: NodeContext, stores: Stores) -> AsyncIterator[NodePlace]:
    """Inside, the node has its name, and writes nothing once it has lost that.

    Raises SetupError while another process has the name, and StoreError.
    """
    shared = stores.database.is_shared
    membership = Membership(stores.nodes, identity_of(context.settings), context.clock, Lease.on(shared=shared))
    last_run = await membership.enter(has_ended)
    if shared:
        stores.database.fence_by(Fence(membership.name, membership.instance, membership.fenced))
    inside = InsideRequests(stores.pepper, membership.name)
    async with _client(context.settings) as client, membership.kept():
        forwarding = Forwarding(membership, inside, context.clock.now, client)
        yield NodePlace(membership, last_run, forwarding, LeaseTalk(membership, forwarding))


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Asks other nodes while inside. Raises SetupError."""
    connector = aiohttp.TCPConnector(ssl=_trust(settings.node_ca), limit=_CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as client:
        yield client


def _trust(authority: Path | None) -> ssl.SSLContext | bool:
    if authority is None:
        return True
    try:
        return ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise SetupError(f"TELEFOON_NODE_CA={authority} is no certificate of an authority: {error}") from None


@dataclass(frozen=True, slots=True)
class NodeAmongOthers:
    """What a membership asks of its node, over the node's parts."""

    services: CallServices
    switchboard: Switchboard
    talk: LeaseTalk

    def surroundings(self) -> NodeSurroundings:
        """What the membership is handed."""
        return NodeSurroundings(
            load=self._load,
            is_draining=lambda: self.services.admission.stopping,
            drain=self._drain,
            close_left=self._close_left,
            others_reach=self.talk.others_reach,
        )

    def _load(self) -> NodeLoad:
        admission = self.services.admission
        return NodeLoad(self.switchboard.live_calls, admission.part_used, admission.capacity)

    async def _drain(self, wanted: bool) -> None:
        draining = self.switchboard.draining
        await (draining.begin() if wanted else draining.end())

    async def _close_left(self, left: Node) -> None:
        await take_over(left, self.services)
