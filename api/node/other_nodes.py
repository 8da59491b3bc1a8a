"""The other nodes of this one's database, as rooms are linked with them and tell them what to do."""

import asyncio
from ipaddress import ip_address
from typing import Final

from api.node.nodes import NodePlace
from api.node.orders import send_order
from engine.errors import NodeUnreachable
from engine.live.nodes.membership import Membership
from engine.ports.nodes import NodeOrder
from engine.routing.regions import carriers
from engine.store.nodes import Nodes
from sip.user_agent import UserAgent

SILENT_S: Final = 2.0
"""Without a sign of life for so long, of which there is one each second, a node is no conference's root any more."""
_LOOK_S: Final = 1.0


class PlatformNodes:
    """The others as each renewal of this node's lease sees them (engine.ports.nodes.PeerNodes)."""

    def __init__(self, place: NodePlace, nodes: Nodes) -> None:
        self._membership = place.membership
        self._way = place.forwarding
        self._nodes = nodes

    async def sip_address(self, node: str) -> str | None:
        found = self._membership.find(node)
        return found.sip_address if found is not None and found.answers else None

    def region_of(self, node: str) -> str:
        found = self._membership.find(node)
        return found.region if found is not None else ""

    def takes_calls_in(self, region: str, *, over_ipv6: bool = False) -> str | None:
        found = carriers(region, self._membership.others())
        addresses = (each.sip_over_ipv6 if over_ipv6 else each.sip_address for each in found)
        return next((each for each in addresses if each), None)

    async def seems_dead(self, node: str) -> bool:
        return await self._nodes.is_silent(node, SILENT_S)

    async def tell(self, node: str, order: NodeOrder) -> NodeOrder:
        found = self._membership.find(node)
        if found is None or not found.answers:
            raise NodeUnreachable(f"{node} does not serve.")
        return await send_order(self._way, found, order)


async def let_nodes_in(membership: Membership, agent: UserAgent) -> None:
    """Have the front door know the addresses from which other nodes link rooms, for ever."""
    known = frozenset[str]()
    while True:
        seen = frozenset(each.sip_address.rpartition(":")[0].strip("[]") for each in membership.others())
        if seen != known:
            await agent.use_nodes(frozenset(map(ip_address, seen)))
            known = seen
        await asyncio.sleep(_LOOK_S)
