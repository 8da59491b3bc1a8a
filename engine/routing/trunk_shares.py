"""Shares of a trunk's limits: how much of each a node may use by itself, so that all together never use more.

A node decides about a call at once, on the SIP thread too, and so can't ask the database then. What is free of a limit
is split evenly between the nodes, once a second; who uses more or was refused has the remainder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.model.call import Direction


class SharedLimit(StrEnum):
    """The limits of a trunk that nodes share: calls at once, and set-ups a second."""

    CALLS = "calls"
    SET_UPS = "set-ups"


@dataclass(frozen=True, slots=True)
class ShareOf:
    """What is shared: one limit of a trunk, in one direction."""

    trunk: str
    direction: Direction
    limit: SharedLimit


@dataclass(frozen=True, slots=True)
class NodeUse:
    """What a node uses of a limit now (of set-ups, in the last second); `wants` says that it has refused for want."""

    used: int
    wants: bool = False


@dataclass(frozen=True, slots=True)
class LimitInUse:
    """A limit of all nodes together, what this node keeps to now, and what it uses."""

    most: int
    keeps_to: int
    use: NodeUse


@dataclass(frozen=True, slots=True)
class HeldShare:
    """What another node may use at most, and what it uses, as it has told last."""

    node: str
    held: int
    use: NodeUse


def share(most: int, node: str, use: NodeUse, others: Sequence[HeldShare]) -> int:
    """How much of a limit a node may use from now on: never more than the others leave, even where they use none."""
    free = most - use.used - sum(each.use.used for each in others)
    nodes = {node: use, **{each.node: each.use for each in others}}
    order = sorted(nodes, key=lambda name: (not nodes[name].wants, -nodes[name].used, name))
    each_part, remainder = divmod(max(free, 0), len(nodes))
    wanted = use.used + each_part + (order.index(node) < remainder)
    return max(min(wanted, most - sum(each.held for each in others)), 0)
