"""The lists of the SIP proxy before the nodes (deploy/kamailio): where calls may go, and of whom they are taken."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from engine.model.node import Node, NodeState

Network = IPv4Network | IPv6Network

NODES: Final = 1
"""The proxy's number of the group of nodes."""
KNOWN: Final = 1
BANNED: Final = 2
"""Its numbers of groups of sources: of those that may call, and of those that nothing is read of."""
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]")


def nodes_list(nodes: Iterable[Node], *, over_tls: bool = False) -> str:
    """A line for each node that may take calls, by UDP or over TLS.

    One that is lost stays in it: the proxy asks each whether it is there, and a database that has stood still for a
    while must not leave it without any.
    """
    going = [each for each in nodes if each.state is not NodeState.STOPPED and each.sip_address]
    place = _over_tls if over_tls else str
    return "".join(f"{NODES} sip:{place(each.sip_address)} 0 0 duid={_ODD.sub('_', each.name)}\n" for each in going)


def sources_list(known: Iterable[Network], banned: Iterable[Network]) -> str:
    """A line for each network that may call, and for each that is banned."""
    groups = {KNOWN: set(known), BANNED: set(banned)}
    lines = [_line(group, each) for group, networks in groups.items() for each in networks]
    return "".join(sorted(lines))


def _over_tls(address: str) -> str:
    """The port above that of UDP is a node's for TLS."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + 1};transport=tls"


def _line(group: int, network: Network) -> str:
    return f"{group} {network.network_address} {network.prefixlen} 0\n"
