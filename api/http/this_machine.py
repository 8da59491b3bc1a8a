"""Tells requests of programs on this machine from those of others, which are told less."""

from ipaddress import IPv6Address, ip_address
from typing import Final

from aiohttp import web

_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""Who sends these is a proxy, and asks for somebody else."""


def is_of_this_machine(request: web.Request) -> bool:
    """Whether it comes from a loopback address, and by no proxy."""
    if request.remote is None or any(name in request.headers for name in _FORWARDED):
        return False
    address = ip_address(request.remote.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
