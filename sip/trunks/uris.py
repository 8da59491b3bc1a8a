"""The SIP addresses of a trunk: where requests go, and who we are towards it."""

import re
from collections.abc import Sequence
from typing import Final

from engine.model.trunk import Transport, Trunk, TrunkHost
from engine.model.trunk.hosts import read_host
from engine.model.trunk.number_uris import NumberScheme
from engine.ports import DialRequest
from engine.security.egress import host_of
from sip.config import ListenAddress
from sip.dns.located import Hop
from sip.message import parameters

_OURS: Final = "telefoon"
"""The user of addresses of our own, where nothing else is said."""


def called_uri(trunk: Trunk, host: TrunkHost, number: str) -> str:
    """The Request-URI of a called number, written as the trunk wants it."""
    if trunk.called.scheme is NumberScheme.TEL:
        return trunk.called.write(number, host.host)
    parameters = f";{trunk.uri_parameters}" if trunk.uri_parameters else ""
    return f"{trunk.called.write(number, host.address, sips=trunk.sips)}{_transport(trunk)}{parameters}"


def host_uri(trunk: Trunk, host: TrunkHost) -> str:
    """The host itself, as OPTIONS asks it."""
    return f"{_scheme(trunk)}:{host.address}{_transport_there(trunk)}"


def registrar_uri(trunk: Trunk) -> str:
    """Where REGISTER goes."""
    return f"{_scheme(trunk)}:{trunk.registrar or trunk.hosts[0].address}{_transport_there(trunk)}"


def first_hop(trunk: Trunk, host: TrunkHost) -> Hop:
    """Where requests to a host go first: to the outbound proxy, if there is one."""
    first = read_host(trunk.outbound_proxy) if trunk.outbound_proxy else host
    return hop_to(trunk, first)


def hop_to(trunk: Trunk, host: TrunkHost) -> Hop:
    """The way to a host, with what is set of the trunk."""
    return Hop.of(host, trunk.transport, trunk.address_family)


def registrar_hop(trunk: Trunk) -> Hop:
    """Where REGISTER goes first."""
    return first_hop(trunk, read_host(trunk.registrar) if trunk.registrar else trunk.hosts[0])


def uri_hop(uri: str) -> Hop:
    """Where requests to a dialled SIP address go first (RFC 3261 §19.1.1)."""
    scheme, _, rest = uri.partition("?")[0].partition(":")
    place, semicolon, after = rest.rpartition("@")[2].partition(";")
    port = re.search(r":(\d+)$", place)
    given = parameters(semicolon + after)
    transport = given.get("transport", "").lower()
    if scheme == "sips" or transport == Transport.TLS:
        chosen = Transport.TLS
    else:
        chosen = Transport.TCP if transport == Transport.TCP else Transport.UDP
    return Hop(given.get("maddr") or host_of(uri).lower(), int(port[1]) if port else None, chosen)


def hops_of(trunk: Trunk) -> Sequence[Hop]:
    """All hosts whose names must be known to speak to the trunk, and to know it when it calls."""
    calling = [hop_to(trunk, host) for host in trunk.hosts]
    return [*calling, *(first_hop(trunk, host) for host in trunk.hosts), registrar_hop(trunk)]


def proxy_uri(trunk: Trunk) -> str:
    """The outbound proxy, as a Route has it; empty if there is none."""
    return f"<{_scheme(trunk)}:{trunk.outbound_proxy}{_transport(trunk)};lr>" if trunk.outbound_proxy else ""


def identity(trunk: Trunk | None, listening: ListenAddress) -> str:
    """Who we are: the address that registers."""
    user = (trunk.from_user or trunk.user) if trunk else ""
    scheme = _scheme(trunk) if trunk else "sip"
    return f"{scheme}:{user or _OURS}@{from_host(trunk, listening)}"


def contact(trunk: Trunk, listening: ListenAddress) -> str:
    """Where the trunk reaches us, as Contact has it."""
    port = listening.port + (trunk.transport is Transport.TLS)
    user = trunk.from_user or trunk.user or _OURS
    return f"<{_scheme(trunk)}:{user}@{listening.host_in_uri}:{port}{_transport(trunk)}>"


def proxy_contact(trunk: Trunk, listening: ListenAddress) -> str:
    """Where the trunk reaches the proxy before us, as Contact of a registration has it."""
    user = trunk.from_user or trunk.user or _OURS
    return f"<{_scheme(trunk)}:{user}@{listening.proxy_address}{_transport_there(trunk)}>"


def caller_uri(request: DialRequest, trunk: Trunk | None, listening: ListenAddress) -> str:
    """The URI of the calling number, written as the trunk wants it."""
    return number_uri(request.caller, trunk, listening)


def number_uri(number: str, trunk: Trunk | None, listening: ListenAddress) -> str:
    """The URI of a number on our side, written as the trunk wants calling numbers."""
    host = from_host(trunk, listening)
    return trunk.caller.write(number, host, sips=trunk.sips) if trunk else f"sip:{number}@{host}"


def from_user_uri(trunk: Trunk, listening: ListenAddress) -> str:
    """The URI that stands in each From, whoever calls; empty where the calling number does."""
    user = trunk.from_user or (trunk.user if trunk.from_is_user else "")
    return f"{_scheme(trunk)}:{user}@{from_host(trunk, listening)}" if user else ""


def from_host(trunk: Trunk | None, listening: ListenAddress) -> str:
    """The host of our own addresses."""
    if trunk is None:
        return listening.host_in_uri
    if trunk.from_host or not trunk.user:
        return trunk.from_host or _our_host(trunk, listening)
    return _without_port(trunk.registrar) if trunk.registrar else trunk.hosts[0].in_uri


def _our_host(trunk: Trunk, listening: ListenAddress) -> str:
    return _without_port(listening.proxy_address) if listening.is_behind_proxy(trunk) else listening.host_in_uri


def _scheme(trunk: Trunk) -> str:
    return "sips" if trunk.sips else "sip"


def _transport(trunk: Trunk) -> str:
    return "" if trunk.transport is Transport.UDP else f";transport={trunk.transport}"


def _transport_there(trunk: Trunk) -> str:
    """The transport by which a proxy before us is to reach the trunk, if its parameters say one; else ours to it."""
    told = parameters(f";{trunk.uri_parameters}").get("transport", "")
    return f";transport={told}" if told else _transport(trunk)


def _without_port(address: str) -> str:
    return re.sub(r":\d+$", "", address)
