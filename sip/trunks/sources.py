"""Where calls may come from: the networks that are set, this machine, and the addresses of trunks' hosts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from engine.model.trunk import KnownBy, Trunk
from sip.dns.located import Hop, Located
from sip.trunks.uris import hop_to

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Addresses = Mapping[str, frozenset[Address]]
"""The addresses of each trunk's hosts, by the trunk's name."""

_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


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
    """The trunk that a call comes from, of those that are known by their hosts' addresses."""
    known = [each for each in trunks if each.known_by is KnownBy.ADDRESS]
    return of_several([each for each in known if is_host([each], addresses, address)], users)


def is_host(trunks: Iterable[Trunk], addresses: Addresses, address: Address) -> bool:
    """Whether it is the address of a host of one of these that take calls, whatever the trunk is known by."""
    return any(each.takes_calls and address in addresses.get(each.name, frozenset()) for each in trunks)


def is_asked(trunks: Sequence[Trunk], addresses: Addresses, source: str, *, allowed: bool) -> bool:
    """Whether a call that is no other trunk's is asked for user and password, by trunks that are known by these.

    Who is allowed without a trunk is asked only where a trunk says that they are its own.
    """
    return bool(trunks) and (not allowed or is_host(trunks, addresses, address_in(source)))


def of_several(found: Sequence[Trunk], users: Sequence[str]) -> Trunk | None:
    """The one of these trunks whose user is called, else the first; None where there is none."""
    called = (each for each in found if {each.user, each.from_user} & set(users) - {""})
    return next(called, found[0] if found else None)


def addresses_of(trunks: Iterable[Trunk], located: Callable[[Hop], Located | None]) -> Addresses:
    """Collect addresses that are written, and those that names lead to; a name that is not found has none."""
    hops = {trunk.name: [hop_to(trunk, host) for host in trunk.hosts] for trunk in trunks}
    return {name: frozenset().union(*(_addresses(hop, located) for hop in each)) for name, each in hops.items()}


def _addresses(hop: Hop, located: Callable[[Hop], Located | None]) -> Iterable[Address]:
    if not hop.is_name:
        return [ip_address(hop.host)]
    found = located(hop)
    return map(ip_address, found.addresses if found else ())
