"""The ways of calls that go out now: by the trunks, routes and costs that hold, past hosts that want a pause."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import random
from typing import Final

import structlog

from engine.model.route import TrunkRoute
from engine.model.trunk import Trunk
from engine.model.trunk.costs import Costs
from engine.ports import DialRequest
from engine.routing.trunk_figures import TrunkMeter
from engine.security.egress import host_of
from sip.dns.wanted_names import Find
from sip.trunks.choice import NO_COSTS, LocatedAt, Way, ways_of

LONGEST_PAUSE_S: Final = 600
"""A host that wants no calls for longer (Retry-After) is asked again after this."""

log = structlog.get_logger(__name__)


class OutboundWays:
    """Knows what calls that go out may go by. Belongs to asyncio's thread."""

    def __init__(
        self, located: LocatedAt, meters: Mapping[str, TrunkMeter], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._located = located
        self._meters = meters
        self._now_s = now_s
        self._resting: frozenset[str] = frozenset()
        self._held: dict[tuple[str, str], float] = {}
        """Until when hosts want to be left alone, in seconds of `now_s`."""
        self.trunks: Sequence[Trunk] = ()
        self.routes: Sequence[TrunkRoute] = ()
        self.costs: Mapping[str, Costs] = NO_COSTS
        self.left_alone: frozenset[tuple[str, str]] = frozenset()
        """Hosts that do not answer, each after the name of its trunk."""

    def of(self, request: DialRequest) -> Sequence[Way]:
        """All ways of a call in their order, one at least. Raises SipError."""
        now, now_s = datetime.now(UTC), self._now_s()
        self._held = {each: until_s for each, until_s in self._held.items() if until_s > now_s}
        until_s = {**self._held, **dict.fromkeys(self._not_used(), now_s + LONGEST_PAUSE_S)}
        held = {each: now + timedelta(seconds=then_s - now_s) for each, then_s in until_s.items()}
        return ways_of(request, self.trunks, self.routes, held, now, random, self._located, self.costs)

    def hold(self, way: Way, seconds: int) -> None:
        """Leave the host of a way alone for as long as it asked (Retry-After, RFC 3261 §21.5.4)."""
        if way.trunk is not None:
            self._held[way.trunk.name, way.host] = self._now_s() + min(seconds, LONGEST_PAUSE_S)

    def _not_used(self) -> frozenset[tuple[str, str]]:
        """Hosts that do not answer, and all of trunks that answer far fewer calls than they used to."""
        resting = self._resting_now()
        hosts = {(trunk.name, host.address) for trunk in self.trunks if trunk.name in resting for host in trunk.hosts}
        return self.left_alone | hosts

    def _resting_now(self) -> frozenset[str]:
        now_s = self._now_s()
        resting = frozenset(name for name, meter in self._meters.items() if meter.is_to_rest(now_s))
        for name in resting - self._resting:
            log.warning("trunk_left_alone", trunk=name, reason="it answers far fewer calls than it used to")
        for name in self._resting - resting:
            log.info("trunk_used_again", trunk=name)
        self._resting = resting
        return resting


async def located(way: Way, find: Find, reachable: Callable[[str, str], bool]) -> Way:
    """The way to a dialled SIP address, with the first server of its name that may be reached. Raises SipError."""
    if way.hop is None:
        return way
    host = way.hop.host
    if not way.hop.is_name:
        return way if reachable(host, host) else replace(way, fault=f"{host} may not be called.")
    found = await find(way.hop)
    of_name = found.in_order(random)
    allowed = [each for each in of_name if reachable(host, host_of(f"sip:{each}"))]
    fault = f"{host} leads only to addresses that may not be called." if of_name and not allowed else ""
    return replace(way, address=next(iter(allowed), ""), fault=found.fault or fault)
