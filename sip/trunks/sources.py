"""Where calls may come from: the networks that are set, this machine, and the addresses of trunks' hosts."""

import asyncio
import socket
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import structlog

from engine.model.trunk import Trunk

RESOLVING_S: Final = 5.0

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Addresses = Mapping[str, frozenset[Address]]
"""The addresses of each trunk's hosts, by the trunk's name."""

_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

log = structlog.get_logger(__name__)


def allowed_networks(allow: Sequence[Network]) -> Sequence[Network]:
    """The networks that are set, else loopback."""
    return tuple(allow) or _LOOPBACK


def is_allowed(source: str, networks: Sequence[Network]) -> bool:
    """`source` is pjsip's "address:port", IPv6 in brackets."""
    address = address_in(source)
    return any(address in network for network in networks)


def address_in(source: str) -> Address:
    """The address of pjsip's "address:port"."""
    return ip_address(source.rpartition(":")[0].strip("[]"))


def trunk_of_source(
    trunks: Iterable[Trunk], addresses: Addresses, address: Address, users: Sequence[str]
) -> Trunk | None:
    """The trunk that a call comes from: by its hosts' addresses, of several by the user that is called."""
    found = [each for each in trunks if each.takes_calls and address in addresses.get(each.name, frozenset())]
    known = (each for each in found if {each.user, each.from_user} & set(users) - {""})
    return next(known, found[0] if found else None)


async def addresses_of(trunks: Sequence[Trunk]) -> Addresses:
    """Asked of DNS, all at once; a name that is not found has no address."""
    found = await asyncio.gather(*(_of_trunk(trunk) for trunk in trunks))
    return dict(zip((trunk.name for trunk in trunks), found, strict=True))


async def _of_trunk(trunk: Trunk) -> frozenset[Address]:
    found = await asyncio.gather(*(_of_host(trunk.name, host.host) for host in trunk.hosts))
    return frozenset().union(*found)


async def _of_host(trunk: str, host: str) -> frozenset[Address]:
    try:
        return frozenset({ip_address(host)})
    except ValueError:
        pass  # a name
    try:
        async with asyncio.timeout(RESOLVING_S):
            answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        log.warning("trunk_host_not_found", trunk=trunk, host=host, reason=str(error) or "no answer in time")
        return frozenset()
    return frozenset(ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers)
