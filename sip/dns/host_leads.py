"""Tells the library where names of hosts lead, and sends the next request to another of their servers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import random
from typing import Final

import pjsua2 as pj

from engine.model.trunk import AddressFamily, Transport
from sip.dns.located import Hop, Located, Server

TRANSPORTS: Final = {
    Transport.UDP: pj.PJSIP_TRANSPORT_UDP,
    Transport.TCP: pj.PJSIP_TRANSPORT_TCP,
    Transport.TLS: pj.PJSIP_TRANSPORT_TLS,
}


class HostLeads:
    """Lives on the SIP thread. What is no name goes where it says, and nowhere else."""

    def __init__(self) -> None:
        self._servers: dict[Hop, tuple[Server, ...]] = {}
        self._order: dict[Hop, Sequence[str]] = {}
        self._tried: dict[Hop, int] = {}

    def lead(self, located: Mapping[Hop, Located]) -> None:
        """Have requests to these names go there from now on; others are looked up when they are wanted."""
        for gone in self._servers.keys() - located.keys():
            del self._servers[gone], self._order[gone], self._tried[gone]
            self._tell(gone)
        for hop, found in located.items():
            if self._servers.get(hop) != found.servers:
                self._servers[hop], self._order[hop], self._tried[hop] = found.servers, found.in_order(random), 0
                self._tell(hop)

    def leading(self, hop: Hop) -> AddressFamily | None:
        """The IP version of the server whose turn it is; None where a name leads nowhere, or is not known."""
        if not hop.is_name:
            return AddressFamily.of(hop.host)
        return next((AddressFamily.of(address) for address in self._order.get(hop, ())), None)

    def turn(self, hop: Hop) -> bool:
        """Have later requests to a name go to its next server; whether that was not tried since the last `settle`."""
        order = self._order.get(hop, ())
        if len(order) < 2:
            return False
        self._order[hop] = [*order[1:], order[0]]
        self._tell(hop)
        self._tried[hop] = (self._tried[hop] + 1) % len(order)
        return self._tried[hop] > 0

    def settle(self, hop: Hop) -> None:
        """Note that the server whose turn it is has answered."""
        if hop in self._tried:
            self._tried[hop] = 0

    @contextmanager
    def only(self, hop: Hop, address: str) -> Iterator[None]:
        """Have requests to a name that are sent meanwhile go to one address with its port alone."""
        _lead(hop, [address])
        try:
            yield
        finally:
            self._tell(hop)

    def _tell(self, hop: Hop) -> None:
        """Tell the library of a name's servers.

        It keeps those of all IP versions together; each account takes those of its own.
        """
        place = (hop.host, hop.port, hop.transport)
        orders = [order for each, order in self._order.items() if (each.host, each.port, each.transport) == place]
        if orders:
            _lead(hop, list(dict.fromkeys(address for order in orders for address in order)))
        else:
            pj.forget_host(hop.host, hop.port or 0, TRANSPORTS[hop.transport])


def _lead(hop: Hop, addresses: Sequence[str]) -> None:
    pj.lead_host(hop.host, hop.port or 0, TRANSPORTS[hop.transport], pj.StringVector(list(addresses)))
