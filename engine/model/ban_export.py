"""Bans as a packet filter takes them."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Final

from engine.model.ban import SourceBan

TABLE: Final = "inet telefoon_bans"


def lines(bans: Sequence[SourceBan]) -> str:
    """One network a line."""
    return "".join(f"{each.source}\n" for each in bans)


def nftables_input(bans: Sequence[SourceBan], now: datetime) -> str:
    """What `nft -f` takes: two sets in a table of our own, made anew, whose elements end with their bans.

    The table has no rule, so that it changes nothing by itself.
    """
    return "".join(
        [
            f"add table {TABLE}\n",
            *_set("banned4", "ipv4_addr", [each for each in bans if each.source.version == 4], now),
            *_set("banned6", "ipv6_addr", [each for each in bans if each.source.version == 6], now),
        ]
    )


def _set(name: str, kind: str, bans: Sequence[SourceBan], now: datetime) -> Sequence[str]:
    elements = ", ".join(f"{each.source} timeout {ceil((each.until - now).total_seconds())}s" for each in bans)
    return (
        f"add set {TABLE} {name} {{ type {kind}; flags interval, timeout; }}\n",
        f"flush set {TABLE} {name}\n",
        *([f"add element {TABLE} {name} {{ {elements} }}\n"] if bans else []),
    )
