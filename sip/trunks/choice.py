"""Ways of an INVITE: to the SIP address that is called, or for a number to hosts of trunks, in their order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engine.errors import SipError
from engine.model.call_policy import Destinations
from engine.model.route import TrunkRoute
from engine.model.trunk import AddressFamily, Trunk, TrunkHost
from engine.model.trunk.costs import Costs
from engine.ports import DialRequest, RedirectRefused
from engine.routing.emergency import carriers, refusal_of
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk
from engine.routing.routes import Candidate, Draw, NotTried, PassedOver, RouteChoice, RoutedCall, choose
from engine.security.egress import host_of
from sip.config import ListenAddress, SipConfig
from sip.dns.located import Hop, Located
from sip.trunks.caller_identity import caller_headers
from sip.trunks.sent_headers import sent_headers
from sip.trunks.uris import called_uri, first_hop, proxy_uri, uri_hop

Held = Mapping[tuple[str, str], datetime]
"""Until when a trunk's host wants no call (Retry-After, RFC 3261 §21.5.4), by the trunk's name and the host."""
_LIKE_A_NUMBER: Final = re.compile(r"[+*#0-9%]")
"""What a carrier may take for a number, also where something else stands behind; an escape that was escaped too."""
NO_COSTS: Final[Mapping[str, Costs]] = MappingProxyType({})
LocatedAt = Callable[[Hop], Located | None]
"""Where the name of a host leads, as DNS has it; None for an address."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an INVITE: its Request-URI, the name of who carries it, and trunk and host if a trunk does.

    `address` is that of one server, with its port, where the host is a name; `host` tells both then, `trunk_host` the
    host alone. `fault` says why there is no server.
    """

    uri: str
    via: str
    trunk: Trunk | None = None
    host: str = ""
    trunk_host: str = ""
    hop: Hop | None = None
    address: str = ""
    fault: str = ""

    @property
    def family(self) -> AddressFamily | None:
        """The IP version that it is gone by; None where a name is left to the system."""
        if self.address:
            return AddressFamily.of(self.address)
        return AddressFamily.of(self.hop.host) if self.hop is not None and not self.hop.is_name else None


def no_names(hop: Hop) -> Located | None:
    """Know of no names, where all hosts are addresses."""
    del hop
    return None


def ways_of(
    request: DialRequest,
    trunks: Sequence[Trunk],
    routes: Sequence[TrunkRoute],
    held: Held,
    now: datetime,
    draw: Draw,
    located: LocatedAt = no_names,
    costs: Mapping[str, Costs] = NO_COSTS,
) -> Sequence[Way]:
    """All ways in the order in which they are tried, one at least.

    A host that wants a pause is asked only where no other is left. Emergency calls go to the trunks that are marked for
    them alone, past routes and pauses. Raises SipError when a number is dialled and there is no trunk, or none to which
    a route leads.
    """
    if request.target.startswith(("sip:", "sips:")):
        return [Way(request.target, "SIP URI", hop=uri_hop(request.target))]
    call = RoutedCall(request.target, request.caller, request.account_id, now)
    known = [routable(trunk, held, costs.get(trunk.name)) for trunk in trunks]
    if request.emergency:
        ways = _ways_by(carriers(call, known, draw), trunks, request.target, located, draw)
        if not ways:
            raise SipError(refusal_of(request.target))
        return sorted(ways, key=lambda way: _is_paused(way, held, now))
    choice = choose(call, known, routes, draw)
    paused = [each for each in choice.passed_over if each.reason is NotTried.HELD and each.host]
    if not (found := choice.candidates or paused):
        raise SipError(_why_nowhere(trunks, routes, choice))
    ways = _ways_by(found, trunks, request.target, located, draw)
    return [way for way in ways if not _is_paused(way, held, now)] or ways


def routable(trunk: Trunk, held: Held, costs: Costs | None = None, *, full: bool = False) -> RoutableTrunk:
    """A trunk as routing sees it."""
    hosts = tuple(
        RoutableHost(host.address, host.priority, host.weight, held.get((trunk.name, host.address)))
        for host in trunk.hosts
    )
    return RoutableTrunk(
        trunk.name,
        hosts,
        enabled=trunk.enabled,
        full=full,
        emergency=trunk.emergency,
        priority=trunk.priority,
        weight=trunk.weight,
        prices=costs,
    )


def towards(trunk: Trunk, address: str, config: SipConfig) -> ListenAddress:
    """Where a host of a trunk reaches us: at the address of the IP version by which it is tried first."""
    hop = first_hop(trunk, _host(trunk, address))
    family = trunk.address_family if hop.is_name else AddressFamily.of(hop.host)
    found = (each for version in family.versions if (each := config.everywhere.get(version)) is not None)
    return next(found, config.listening).towards(trunk)


def invite_by(trunk: Trunk, address: str, request: DialRequest, listening: ListenAddress) -> Mapping[str, str]:
    """The lines of an INVITE that say who calls whom, sent by one host of a trunk."""
    uri = called_uri(trunk, _host(trunk, address), request.target)
    caller = caller_headers(request, trunk, listening)
    others = dict(sent_headers(request, trunk, caller, uri, listening))
    lines = {"Request-URI": uri, "From": caller.from_address, "To": f"<{uri}>", **others}
    return {**lines, "Route": route} if (route := proxy_uri(trunk)) else lines


def follows(trunk: Trunk | None, uri: str) -> bool:
    """Whether an INVITE that was sent elsewhere (RFC 3261 §8.1.3.4) goes there: within the trunk, where that is set."""
    if trunk is None or not trunk.redirects:
        return False
    return host_of(uri).lower() in {host.host.lower() for host in trunk.hosts}


def refused_redirect(trunk: Trunk, uri: str, destinations: Destinations) -> RedirectRefused | None:
    """What a call policy says of a number to which a carrier sends a call on; None where it may go there."""
    number = trunk.called.read(uri)
    if not _LIKE_A_NUMBER.match(number) or (refusal := destinations.refusal_of(number)) is None:
        return None
    return RedirectRefused(refusal.rule.value, refusal.level.value, number, refusal.rule.uri, refusal.why)


def _why_nowhere(trunks: Sequence[Trunk], routes: Sequence[TrunkRoute], choice: RouteChoice) -> str:
    if not any(trunk.enabled for trunk in trunks):
        return (
            "No trunk is set: outbound calls need one. Add it with: telefoon trunks add NAME --host HOST, "
            "or set TELEFOON_TRUNK, such as sip:127.0.0.1:5080."
        )
    if not choice.passed_over:
        return "No route fits this number. See why with: telefoon routes test NUMBER"
    reasons = "; ".join(f"{each.trunk}: {each.reason}" for each in choice.passed_over)
    return f"No trunk that a route leads to can be used ({reasons}). See why with: telefoon routes test NUMBER"


def _host(trunk: Trunk, address: str | None) -> TrunkHost:
    return next(host for host in trunk.hosts if host.address == address)


def _ways_by(
    chosen: Sequence[Candidate | PassedOver], trunks: Sequence[Trunk], number: str, located: LocatedAt, draw: Draw
) -> list[Way]:
    by_name = {trunk.name: trunk for trunk in trunks}
    return [
        way
        for each in chosen
        for way in _ways(by_name[each.trunk], _host(by_name[each.trunk], each.host), number, located, draw)
    ]


def _ways(trunk: Trunk, host: TrunkHost, number: str, located: LocatedAt, draw: Draw) -> Sequence[Way]:
    """One for each server that the host's name leads to, in their order (RFC 3263 §4.3)."""
    hop = first_hop(trunk, host)
    way = Way(called_uri(trunk, host, number), f"trunk {host.address}", trunk, host.address, host.address, hop)
    found = located(hop)
    if found is None:
        return [way]
    if not found.servers:
        return [replace(way, fault=found.fault)]
    addresses = found.in_order(draw)
    return [replace(way, host=f"{host.address} ({address})", address=address) for address in addresses]


def _is_paused(way: Way, held: Held, now: datetime) -> bool:
    until = held.get((way.trunk.name, way.host)) if way.trunk else None
    return until is not None and now < until
