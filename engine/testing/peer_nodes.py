"""The other nodes of a platform without HTTP: where they take links, which seem dead, and what they were told."""

from engine.errors import NodeUnreachable
from engine.ports.nodes import NodeOrder


class FakePeerNodes:
    """Nodes that a test makes: `addresses` by name, those that are `dead`, and the orders that each was `told`.

    `regions` are the addresses where calls are taken, by region; `in_region` are the regions of nodes by name.
    """

    def __init__(self, **addresses: str) -> None:
        self.addresses = addresses
        self.dead: set[str] = set()
        self.regions: dict[str, str] = {}
        self.in_region: dict[str, str] = {}
        self.told: list[tuple[str, NodeOrder]] = []

    async def sip_address(self, node: str) -> str | None:
        return None if node in self.dead else self.addresses.get(node)

    def region_of(self, node: str) -> str:
        return self.in_region.get(node, "")

    def takes_calls_in(self, region: str, *, over_ipv6: bool = False) -> str | None:
        return self.regions.get(region)

    async def seems_dead(self, node: str) -> bool:
        return node in self.dead

    async def tell(self, node: str, order: NodeOrder) -> NodeOrder:
        if node in self.dead or node not in self.addresses:
            raise NodeUnreachable(f"{node} does not answer.")
        self.told.append((node, order))
        return {}
