"""Who sends a request: the one place that limits, keys' networks and the audit log ask."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import web

from engine.model.accounts import Address

Networks = Sequence[IPv4Network | IPv6Network]

TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", tuple)
"""In the application: the networks of proxies that are believed when they say for whom they ask."""
_ASKED_FOR: Final = "client of another node"


def client_address(request: web.Request) -> Address | None:
    """The client's address, IPv4 also where it comes mapped into IPv6; None where there is none (a local socket).

    Of a trusted proxy it is what the last one that is trusted says: who is before it may have written anything.
    """
    if _ASKED_FOR in request:
        return address_in(request[_ASKED_FOR]) if request[_ASKED_FOR] else None
    if not request.remote:
        return None
    trusted = request.config_dict.get(TRUSTED_PROXIES, ())
    nearest = address_in(request.remote)
    if not trusted:
        return nearest
    return behind_proxies(nearest, list(_forwarded(request)), trusted)


def set_client(request: web.Request, address: str | None) -> None:
    """Have another node believed that says for whom it asks."""
    request[_ASKED_FOR] = address


def behind_proxies(nearest: Address | None, forwarded: Sequence[str], trusted: Networks) -> Address | None:
    """Whom the last trusted proxy asks for. `forwarded` has an address for each hop, the client's own first.

    What is no address ends the search: it is the proxy that wrote it who is known then.
    """
    client = nearest
    for each in reversed(forwarded):
        if client is None or not any(client in network for network in trusted):
            return client
        before = address_in(each)
        if before is None:
            return client
        client = before
    return client


def _forwarded(request: web.Request) -> Iterator[str]:
    """An entry for each hop, of X-Forwarded-For, or else of Forwarded (RFC 7239 §5.2)."""
    if listed := request.headers.getall("X-Forwarded-For", []):
        yield from (each.strip() for line in listed for each in line.split(","))
        return
    for hop in request.forwarded:
        yield hop.get("for", "")


def source_of(address: Address) -> str:
    """Whom limits are for: an address, of IPv6 the /64, of which somebody has every address as easily as one."""
    return str(address) if address.version == 4 else address.exploded[:19]


def address_in(text: str) -> Address | None:
    """The address in "192.0.2.1", "192.0.2.1:4711", "2001:db8::1%eth0" or "[2001:db8::1]:4711"."""
    bare = text.partition("]")[0][1:] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
