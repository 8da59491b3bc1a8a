"""Keeps where names of trunks' hosts lead, for as long as DNS says, and asks again when that is over."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

import structlog

from engine.model.trunk import AddressFamily
from sip.dns.located import Hop, Located, locate
from sip.dns.records import NameServers, NoNameServer
from sip.dns.resolver import DnsResolver

ASK_AGAIN_S: Final = 5.0
"""After how long a name is asked for again that could not be looked up."""
SHORTEST_S: Final = 1.0

log = structlog.get_logger(__name__)


def server_names(family: AddressFamily, asked: NameServers | None = None) -> "ServerNames":
    """Names as this machine's name servers know them, unless others are to be asked."""
    return ServerNames(asked or DnsResolver(family), time.monotonic)


class ServerNames:
    """Lives in asyncio's thread.

    Nobody who calls waits for a look-up: what is known is used until something else is. A name that no name server
    answers for keeps what was known of it (RFC 8767).
    """

    def __init__(self, asked: NameServers, monotonic: Callable[[], float]) -> None:
        """`monotonic` tells seconds that only go on."""
        self._asked = asked
        self._monotonic = monotonic
        self._wanted: frozenset[Hop] = frozenset()
        self._known: dict[Hop, Located] = {}
        self._until_s: dict[Hop, float] = {}

    def located(self, hop: Hop) -> Located | None:
        """Where a name leads; None for what is no name, or is not in use."""
        return self._known.get(hop)

    def all(self) -> Mapping[Hop, Located]:
        """Where all names in use lead."""
        return dict(self._known)

    def addresses(self, host: str) -> frozenset[str]:
        """All addresses of a host in use, of whatever port and transport."""
        return frozenset(each for hop, found in self._known.items() if hop.host == host for each in found.addresses)

    async def use(self, hops: Collection[Hop]) -> None:
        """Know these names and no others; those that are new are looked up, all at once."""
        self._wanted = frozenset(hop for hop in hops if hop.is_name)
        for gone in self._known.keys() - self._wanted:
            del self._known[gone], self._until_s[gone]
        await self._look_up(self._wanted - self._known.keys())

    async def find(self, hop: Hop) -> Located:
        """Where any name leads, looked up now unless it is in use. Raises NoNameServer."""
        return self._known.get(hop) or await locate(hop, self._asked)

    async def renew(self) -> bool:
        """Look up again what is over; whether anything leads elsewhere since."""
        now_s = self._monotonic()
        over = {hop for hop, until_s in self._until_s.items() if until_s <= now_s}
        before = {hop: self._known[hop].servers for hop in over}
        await self._look_up(over)
        changed = [hop for hop in over if hop in self._known and self._known[hop].servers != before[hop]]
        for hop in changed:
            log.info("trunk_host_moved", host=hop.host, addresses=sorted(self._known[hop].addresses))
        return bool(changed)

    async def _look_up(self, hops: Collection[Hop]) -> None:
        await asyncio.gather(*(self._look_up_one(hop) for hop in hops))

    async def _look_up_one(self, hop: Hop) -> None:
        try:
            found = await locate(hop, self._asked)
        except NoNameServer as error:
            known = self._known.get(hop)
            log.warning("trunk_host_not_found", host=hop.host, reason=str(error), known=bool(known and known.servers))
            found = known if known and known.servers else Located((), ASK_AGAIN_S, str(error))
            self._know(hop, found, ASK_AGAIN_S)
            return
        if found.fault and self._known.get(hop) != found:
            log.warning("trunk_host_not_found", host=hop.host, reason=found.fault)
        self._know(hop, found, found.ttl_s)

    def _know(self, hop: Hop, found: Located, ttl_s: float) -> None:
        if hop not in self._wanted:
            return  # it was let go of meanwhile
        self._known[hop] = found
        self._until_s[hop] = self._monotonic() + max(ttl_s, SHORTEST_S)
