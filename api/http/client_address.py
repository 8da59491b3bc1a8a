"""Who sends a request: the one place that limits, keys' networks and the audit log ask."""

from ipaddress import IPv6Address, ip_address

from aiohttp import web

from engine.model.accounts import Address


def client_address(request: web.Request) -> Address | None:
    """The client's address, IPv4 also where it comes mapped into IPv6; None where there is none (a local socket)."""
    if not request.remote:
        return None
    try:
        address = ip_address(request.remote.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
