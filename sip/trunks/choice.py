"""Which way an INVITE goes: to the SIP address that is called, or for a number to a host of the first trunk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from engine.errors import SipError
from engine.model.trunk import Trunk
from engine.ports import DialRequest
from engine.security.egress import host_of
from sip.trunks.uris import called_uri


class Ordered(Protocol):
    """What has a place among others."""

    @property
    def priority(self) -> int: ...

    @property
    def weight(self) -> int: ...


T = TypeVar("T", bound=Ordered)
Draw = Callable[[int], int]
"""A number from 0 to below the one given, by chance."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an INVITE: its Request-URI, the name of who carries it, and the trunk if one does."""

    uri: str
    via: str
    trunk: Trunk | None = None


def way_of(request: DialRequest, trunks: Sequence[Trunk], draw: Draw) -> Way:
    """Raises SipError when a number is dialled and there is no trunk."""
    if request.target.startswith(("sip:", "sips:")):
        return Way(request.target, "SIP URI")
    enabled = [trunk for trunk in trunks if trunk.enabled]
    if not enabled:
        raise SipError(
            "No trunk is set: outbound calls need one. Add it with: telefoon trunks add NAME --host HOST, "
            "or set TELEFOON_TRUNK, such as sip:127.0.0.1:5080."
        )
    trunk = first_of(enabled, draw)
    host = first_of(trunk.hosts, draw)
    return Way(called_uri(trunk, host, request.target), f"trunk {host.address}", trunk)


def first_of(candidates: Sequence[T], draw: Draw) -> T:
    """One of those of the lowest priority, each as often as its weight says (RFC 2782)."""
    lowest = min(each.priority for each in candidates)
    best = [each for each in candidates if each.priority == lowest]
    drawn = draw(max(1, sum(each.weight for each in best)))
    for each in best:
        drawn -= each.weight
        if drawn < 0:
            return each
    return best[0]


def follows(trunk: Trunk | None, uri: str) -> bool:
    """Whether an INVITE that was sent elsewhere (RFC 3261 §8.1.3.4) goes there: within the trunk, where that is set."""
    if trunk is None or not trunk.redirects:
        return False
    return host_of(uri).lower() in {host.host.lower() for host in trunk.hosts}
