"""The other nodes of a platform: where each takes links, whether it lives, and orders to it."""

from collections.abc import Mapping
from typing import Any, Protocol

NodeOrder = Mapping[str, Any]
"""What one node wants of another, or answers to that, as values of JSON."""


class PeerNodes(Protocol):
    """The nodes that share this one's database."""

    async def sip_address(self, node: str) -> str | None:
        """Where a node takes links between rooms, as host:port; None while it serves none. Raises StoreError."""
        ...

    def region_of(self, node: str) -> str:
        """The region that a node is in, empty for none and for a node that nobody knows."""
        ...

    def takes_calls_in(self, region: str, *, over_ipv6: bool = False) -> str | None:
        """Where the node of a region with the least to do takes calls, as host:port; None where none does now.

        For a call over IPv6 it is one that speaks it.
        """
        ...

    async def seems_dead(self, node: str) -> bool:
        """Whether a node has given no sign of life for so long that others may do its work. Raises StoreError."""
        ...

    async def tell(self, node: str, order: NodeOrder) -> NodeOrder:
        """Have a node do something; its answer. Raises NodeUnreachable where none comes in time."""
        ...
