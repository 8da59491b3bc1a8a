"""Where hosts of SIP addresses lead: as this machine knows them, and as SIP finds their servers (RFC 3263)."""

import asyncio
from typing import Protocol

from engine.model.trunk import Transport
from sip.dns.located import Hop
from sip.dns.records import NoNameServer
from sip.dns.server_names import ServerNames


class OwnAddresses(Protocol):
    """Knows addresses of hosts, such as engine.security.sip_egress.SipEgress."""

    async def addresses(self, host: str) -> frozenset[str]:
        """The addresses of a host; none where nobody knows it."""
        ...


class HostAddresses:
    """A host's own addresses, and those of the servers that it names for SIP, over whatever transport.

    Implements engine.live.admission.trunk_targets.Addresses.
    """

    def __init__(self, own: OwnAddresses, names: ServerNames) -> None:
        self._own = own
        self._names = names

    async def addresses(self, host: str) -> frozenset[str]:
        """All of them; none where nobody knows the host."""
        in_use = self._names.addresses(host)
        hops = [Hop(host, None, transport) for transport in Transport if not in_use]
        served = [self._servers(hop) for hop in hops if hop.is_name]
        return in_use.union(*await asyncio.gather(self._own.addresses(host), *served))

    async def _servers(self, hop: Hop) -> frozenset[str]:
        try:
            return (await self._names.find(hop)).addresses
        except NoNameServer:
            # A call there finds no server either.
            return frozenset()
