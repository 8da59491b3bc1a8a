"""Regions: which nodes may carry the calls, rooms and recordings of an account, and in what order they are asked to.

An account without a region is carried by any node; one that has a region by nodes of that region alone, so a node
without a region carries none of its calls.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from engine.errors import InvalidField
from engine.model.node import Node, NodeState

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def region_name(text: str) -> str:
    """The name of a region as it is given. Raises InvalidField where it can be none."""
    if not _NAME.fullmatch(text):
        raise InvalidField("region", f"{text!r} is no region; give letters, digits, dots and hyphens, as in eu-be.")
    return text


def may_carry(node_region: str, account_region: str) -> bool:
    """Whether a node of one region may carry what belongs to an account of another."""
    return account_region in ("", node_region)


def carriers(region: str, nodes: Iterable[Node]) -> Sequence[Node]:
    """The nodes that take calls in a region, who has the least to do first."""
    return sorted((each for each in nodes if each.region == region and _takes_calls(each)), key=_what_it_does)


def _takes_calls(node: Node) -> bool:
    return node.held and node.state is NodeState.SERVING and not node.drain_wanted


def _what_it_does(node: Node) -> tuple[float, int, str]:
    return node.load, node.live_calls, node.name
