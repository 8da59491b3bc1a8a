"""The SIP addresses of a trunk: where requests go, and who we are towards it."""

import re
from typing import Final

from engine.model.trunk import Transport, Trunk, TrunkHost
from engine.ports import DialRequest
from sip.config import ListenAddress

_OURS: Final = "telefoon"
"""The user of addresses of our own, where nothing else is said."""


def called_uri(trunk: Trunk, host: TrunkHost, number: str) -> str:
    """The Request-URI of a called number."""
    parameters = f";{trunk.uri_parameters}" if trunk.uri_parameters else ""
    return f"{_scheme(trunk)}:{number}@{host.address}{_transport(trunk)}{parameters}"


def host_uri(trunk: Trunk, host: TrunkHost) -> str:
    """The host itself, as OPTIONS asks it."""
    return f"{_scheme(trunk)}:{host.address}{_transport(trunk)}"


def registrar_uri(trunk: Trunk) -> str:
    """Where REGISTER goes."""
    return f"{_scheme(trunk)}:{trunk.registrar or trunk.hosts[0].address}{_transport(trunk)}"


def proxy_uri(trunk: Trunk) -> str:
    """The outbound proxy, as a Route has it; empty if there is none."""
    return f"<{_scheme(trunk)}:{trunk.outbound_proxy}{_transport(trunk)};lr>" if trunk.outbound_proxy else ""


def identity(trunk: Trunk | None, listening: ListenAddress) -> str:
    """Who we are: the address that registers."""
    user = (trunk.from_user or trunk.user) if trunk else ""
    scheme = _scheme(trunk) if trunk else "sip"
    return f"{scheme}:{user or _OURS}@{_from_host(trunk, listening)}"


def caller_of(request: DialRequest, trunk: Trunk | None, listening: ListenAddress) -> str:
    """Who calls, as From says it."""
    user = (trunk.from_user if trunk else "") or request.caller
    name = f'"{_quoted(request.display_name)}" ' if request.display_name else ""
    return f"{name}<sip:{user}@{_from_host(trunk, listening)}>"


def _from_host(trunk: Trunk | None, listening: ListenAddress) -> str:
    if trunk is None:
        return listening.host_in_uri
    if trunk.from_host or not trunk.user:
        return trunk.from_host or listening.host_in_uri
    return _without_port(trunk.registrar) if trunk.registrar else trunk.hosts[0].in_uri


def _scheme(trunk: Trunk) -> str:
    return "sips" if trunk.sips else "sip"


def _transport(trunk: Trunk) -> str:
    return "" if trunk.transport is Transport.UDP else f";transport={trunk.transport}"


def _without_port(address: str) -> str:
    return re.sub(r":\d+$", "", address)


def _quoted(name: str) -> str:
    return re.sub(r'["\\\r\n]', "", name)
