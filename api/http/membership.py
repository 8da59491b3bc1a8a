"""This node's place among the others, as REST and what stands beside it ask for it."""

from collections.abc import Sequence
from typing import Protocol

from engine.aio.waits import Occurrence
from engine.model.node import Node


class OtherNodes(Protocol):
    """The nodes of this database, as engine.live.nodes.membership.Membership."""

    @property
    def name(self) -> str:
        """This node's."""
        ...

    @property
    def region(self) -> str:
        """The one that this node is in, empty for none."""
        ...

    def others(self) -> Sequence[Node]:
        """The other nodes that are there."""
        ...


class HeldLease(OtherNodes, Protocol):
    """The lease of this node's name; times are in seconds."""

    @property
    def lease_s(self) -> float:
        """The time for which it is held."""
        ...

    @property
    def lease_age_s(self) -> float:
        """The time since it was renewed."""
        ...

    @property
    def fenced(self) -> Occurrence:
        """Happens when the node must end its calls and stop."""
        ...

    def seen(self) -> Sequence[Node]:
        """All nodes as they were at the last renewal, this one included."""
        ...
