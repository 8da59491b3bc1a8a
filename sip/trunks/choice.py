"""Ways of an INVITE: to the SIP address that is called, or for a number to hosts of trunks, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.errors import SipError
from engine.model.trunk import Trunk
from engine.ports import DialRequest
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk
from engine.routing.routes import Draw, NotTried, RoutedCall, choose
from engine.security.egress import host_of
from sip.trunks.uris import called_uri

Held = Mapping[tuple[str, str], datetime]
"""Until when a trunk's host wants no call (Retry-After, RFC 3261 §21.5.4), by the trunk's name and the host."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an INVITE: its Request-URI, the name of who carries it, and trunk and host if a trunk does."""

    uri: str
    via: str
    trunk: Trunk | None = None
    host: str = ""


def ways_of(request: DialRequest, trunks: Sequence[Trunk], held: Held, now: datetime, draw: Draw) -> Sequence[Way]:
    """All ways in the order in which they are tried, one at least.

    A host that wants a pause is asked only where no other is left. Raises SipError when a number is dialled and there
    is no trunk.
    """
    if request.target.startswith(("sip:", "sips:")):
        return [Way(request.target, "SIP URI")]
    usable = {trunk.name: trunk for trunk in trunks if trunk.enabled}
    call = RoutedCall(request.target, request.caller, "", now)
    choice = choose(call, [_routable(trunk, held) for trunk in usable.values()], (), draw)
    paused = [each for each in choice.passed_over if each.reason is NotTried.HELD and each.host]
    found = choice.candidates or paused
    if not found:
        raise SipError(
            "No trunk is set: outbound calls need one. Add it with: telefoon trunks add NAME --host HOST, "
            "or set TELEFOON_TRUNK, such as sip:127.0.0.1:5080."
        )
    return [_way(usable[each.trunk], each.host or "", request.target) for each in found]


def follows(trunk: Trunk | None, uri: str) -> bool:
    """Whether an INVITE that was sent elsewhere (RFC 3261 §8.1.3.4) goes there: within the trunk, where that is set."""
    if trunk is None or not trunk.redirects:
        return False
    return host_of(uri).lower() in {host.host.lower() for host in trunk.hosts}


def _routable(trunk: Trunk, held: Held) -> RoutableTrunk:
    hosts = tuple(
        RoutableHost(host.address, host.priority, host.weight, held.get((trunk.name, host.address)))
        for host in trunk.hosts
    )
    return RoutableTrunk(trunk.name, hosts, priority=trunk.priority, weight=trunk.weight)


def _way(trunk: Trunk, address: str, number: str) -> Way:
    host = next(host for host in trunk.hosts if host.address == address)
    return Way(called_uri(trunk, host, number), f"trunk {address}", trunk, address)
