"""The lists of the SIP proxy before the nodes (deploy/kamailio): where calls may go, and of whom they are taken."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from engine.model.node import Node, NodeState

Network = IPv4Network | IPv6Network

NODES: Final = 1
NODES_OVER_IPV6: Final = 2
"""The proxy's numbers of groups of nodes: a call stays within its IP version."""
KNOWN: Final = 1
BANNED: Final = 2
"""Its numbers of groups of sources: of those that may call, and of those that nothing is read of."""
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]")


def nodes_list(nodes: Iterable[Node], *, over_tls: bool = False, inside_ipv6: str = "") -> str:
    """A line for each node that may take calls, by UDP or over TLS.

    With `inside_ipv6`, the proxy's own address of IPv6 for nodes ("[address]:port"), nodes that speak it are in a group
    of IPv6 too. Without, those of IPv6 alone are in the one group that there is.

    One that is lost stays in it: the proxy asks each whether it is there, and a database that has stood still for a
    while must not leave it without any.
    """
    place = _over_tls if over_tls else str
    socket = f";socket={'tls' if over_tls else 'udp'}:{inside_ipv6}"
    lines: list[str] = []
    for each in nodes:
        if each.state is NodeState.STOPPED:
            continue
        name = f"duid={_ODD.sub('_', each.name)}"
        if each.sip_address and not (inside_ipv6 and each.sip_address == each.sip_over_ipv6):
            lines.append(f"{NODES} sip:{place(each.sip_address)} 0 0 {name}\n")
        if inside_ipv6 and each.sip_over_ipv6:
            lines.append(f"{NODES_OVER_IPV6} sip:{place(each.sip_over_ipv6)} 0 0 {name}{socket}\n")
    return "".join(lines)


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
