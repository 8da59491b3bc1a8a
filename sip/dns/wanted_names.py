"""Names that far ends tell in Contact and Record-Route: looked up in asyncio's thread, while what goes there waits."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import random
from typing import Final

import pjsua2 as pj
import structlog

from engine.aio.tasks import BackgroundTasks
from engine.model.trunk import AddressFamily, Transport
from sip.dns.host_leads import TRANSPORTS
from sip.dns.located import Hop, Located
from sip.dns.records import NoNameServer
from sip.thread import SipThread

_OF_LIBRARY: Final = {number: transport for transport, number in TRANSPORTS.items()}

log = structlog.get_logger(__name__)

Find = Callable[[Hop], Awaitable[Located]]
"""Tells where any name leads. Raises NoNameServer."""


class WantedNames:
    """Tells the library where names lead; messages to a name wait for that, and nothing else does."""

    def __init__(self, find: Find, thread: SipThread, tasks: BackgroundTasks) -> None:
        self._find = find
        self._thread = thread
        self._tasks = tasks

    def look(self) -> None:
        """Have those found that the library has asked for since the last time. On the SIP thread."""
        for each in pj.take_wanted_hosts():
            hop = _hop(str(each.name), int(each.port), int(each.transport))
            self._thread.emit(partial(self._begin, hop))

    def _begin(self, hop: Hop) -> None:
        self._tasks.begin(self._answer(hop))

    async def _answer(self, hop: Hop) -> None:
        addresses: Sequence[str] = ()
        try:
            found = await self._find(hop)
            addresses = found.in_order(random)
            if found.fault:
                log.warning("far_end_not_found", host=hop.host, reason=found.fault)
        except NoNameServer as error:
            log.warning("far_end_not_found", host=hop.host, reason=str(error))
        finally:
            self._thread.later(partial(_tell, hop, addresses))


def _hop(name: str, port: int, transport: int) -> Hop:
    family = AddressFamily.IPV6 if transport & pj.PJSIP_TRANSPORT_IPV6 else AddressFamily.BOTH
    known = _OF_LIBRARY.get(transport & ~pj.PJSIP_TRANSPORT_IPV6, Transport.UDP)
    return Hop(name, port or None, known, family)


def _tell(hop: Hop, addresses: Sequence[str]) -> None:
    transport = TRANSPORTS[hop.transport]
    if hop.family is AddressFamily.IPV6:
        transport |= pj.PJSIP_TRANSPORT_IPV6
    pj.tell_wanted_host(pj.WantedHost(hop.host, hop.port or 0, transport), pj.StringVector(list(addresses)))
