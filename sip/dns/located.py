"""Finds the servers of a host of a trunk: its port, and NAPTR, SRV and address records (RFC 3263 §4.2)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from engine.model.trunk import AddressFamily, Transport, TrunkHost
from engine.routing.routes import Draw, by_weight
from sip.dns.records import NameServers, NaptrRecord, NoNameServer, Records, SrvRecord

_SERVICES: Final = {Transport.UDP: "SIP+D2U", Transport.TCP: "SIP+D2T", Transport.TLS: "SIPS+D2T"}
_PREFIXES: Final = {Transport.UDP: "_sip._udp", Transport.TCP: "_sip._tcp", Transport.TLS: "_sips._tcp"}
PORTS: Final = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}
_NAPTR_AGAIN_S: Final = 300.0
_NOT_OFFERED: Final = (".", "")
"""The target that says that a service is not offered at all (RFC 2782)."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where requests go first: a host, as it is written, over a transport and IP versions."""

    host: str
    port: int | None
    transport: Transport
    family: AddressFamily = AddressFamily.BOTH

    @classmethod
    def of(cls, host: TrunkHost, transport: Transport, family: AddressFamily) -> "Hop":
        return cls(host.host.lower(), host.port, transport, family)

    @property
    def is_name(self) -> bool:
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Server:
    """A server's addresses at its port; priority and weight as in an SRV record."""

    addresses: tuple[str, ...]
    port: int
    priority: int = 0
    weight: int = 1

    def written(self, draw: Draw) -> Sequence[str]:
        """The addresses with the port: IPv6 before IPv4 (RFC 6157 §3.2), within each in an order by chance."""
        shuffled = sorted(self.addresses, key=lambda each: (AddressFamily.of(each) is AddressFamily.IPV4, draw()))
        return [f"[{each}]:{self.port}" if ":" in each else f"{each}:{self.port}" for each in shuffled]


@dataclass(frozen=True, slots=True)
class Located:
    """The servers of a name, and for how long that holds; `fault` says in words why there is none."""

    servers: tuple[Server, ...]
    ttl_s: float
    fault: str = ""

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(address for server in self.servers for address in server.addresses)

    def in_order(self, draw: Draw) -> Sequence[str]:
        """Addresses with ports, in the order in which one call tries them: by priority, among equals by weight."""
        servers = sorted(by_weight(self.servers, draw), key=lambda server: server.priority)
        return list(dict.fromkeys(address for server in servers for address in server.written(draw)))


async def locate(hop: Hop, asked: NameServers) -> Located:
    """Find the servers of a name. Raises NoNameServer."""
    if hop.port is not None or asked.pinned(hop.host):
        return await _by_address(hop, hop.port or PORTS[hop.transport], asked)
    usual = f"{_PREFIXES[hop.transport]}.{hop.host}"
    naptr, srv = await asyncio.gather(_naptr(hop, asked), asked.srv(usual))
    fitting = [each for each in naptr.found if each.flags.lower() == "s" and _serves(each.service, hop.transport)]
    if fitting:
        srv = await asked.srv(min(fitting, key=lambda each: (each.order, each.preference)).replacement)
    ttl_s = min(naptr.ttl_s, srv.ttl_s)
    if not srv.found:
        found = await _by_address(hop, PORTS[hop.transport], asked)
        return Located(found.servers, min(ttl_s, found.ttl_s), found.fault)
    return await _by_srv(hop, srv, ttl_s, asked)


async def _naptr(hop: Hop, asked: NameServers) -> Records[NaptrRecord]:
    try:
        return await asked.naptr(hop.host)
    except NoNameServer:
        # Some name servers know A and SRV alone, and are silent on anything else.
        return Records((), _NAPTR_AGAIN_S)


def _serves(service: str, transport: Transport) -> bool:
    return service.upper() == _SERVICES[transport]


async def _by_address(hop: Hop, port: int, asked: NameServers) -> Located:
    addresses = await asked.addresses(hop.host, hop.family)
    if addresses.found:
        return Located((Server(addresses.found, port),), addresses.ttl_s)
    why = "has no address in DNS" if addresses.exists else "is not known to DNS (NXDOMAIN)"
    return Located((), addresses.ttl_s, f"{hop.host} {why}.")


async def _by_srv(hop: Hop, srv: Records[SrvRecord], ttl_s: float, asked: NameServers) -> Located:
    offered = [each for each in srv.found if each.target not in _NOT_OFFERED]
    if not offered:
        return Located((), ttl_s, f"{hop.host} says in DNS that it offers no SIP over {hop.transport.upper()}.")
    found = await asyncio.gather(*(asked.addresses(each.target, hop.family) for each in offered))
    servers = tuple(
        Server(addresses.found, each.port, each.priority, each.weight)
        for each, addresses in zip(offered, found, strict=True)
        if addresses.found
    )
    targets = ", ".join(dict.fromkeys(each.target for each in offered))
    fault = "" if servers else f"{hop.host} leads in DNS to {targets}, without an address."
    return Located(servers, min(ttl_s, *(each.ttl_s for each in found)), fault)
