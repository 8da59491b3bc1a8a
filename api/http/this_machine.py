"""Tells requests of programs on this machine from those of others, which are told less."""

from typing import Final

from aiohttp import web

from api.http.client_address import client_address

_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""Who sends these is a proxy, and asks for somebody else."""


def is_of_this_machine(request: web.Request) -> bool:
    """Whether it comes from a loopback address, and by no proxy."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    address = client_address(request)
    return address is not None and address.is_loopback
