"""Which addresses webhooks and downloads may reach, checked when the address is known and used.

Customers choose the URLs, so without this anybody could make the platform ask for what is inside its own network.
A name is checked after its resolution, in the resolver of the very connection (`engine.security.guarded_resolver`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from yarl import URL

from engine.errors import EgressDenied
from engine.security.residency import Residency

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_MOST_REMEMBERED: Final = 1024
_MADDR: Final = re.compile(r";maddr=([^;?&>\s]+)", re.IGNORECASE)
SCHEMES: Final = frozenset({"http", "https"})

# Beyond what every version of the standard library calls not global: protocol assignments, anycast relays, and
# IPv6 that carries IPv4 inside (RFC 3056, RFC 4380, RFC 6890, RFC 7526). Of IPv6, only 2000::/3 is in public use
# (RFC 4291 §2.4).
_NOT_PUBLIC: Final[tuple[Network, ...]] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/32"),
    IPv6Network("2002::/16"),
)
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")


class Egress:
    """Public addresses, and those of the networks allowed besides."""

    def __init__(self, allow: Sequence[Network] = (), residency: Residency | None = None) -> None:
        self._allow = tuple(allow)
        self._residency = residency
        self.permits = lru_cache(_MOST_REMEMBERED)(self._permits)
        """Whether this IP address may be reached; what is none may not."""

    def check_country(self, host: str, addresses: Sequence[str] = ()) -> None:
        """Judge where data would go, by name or, of a name that is not listed, by each address. Raises EgressDenied."""
        if self._residency is None:
            return
        if self._residency.is_known(host) or looks_like_an_address(host):
            self._residency.check(host)
            return
        for address in addresses:
            self._residency.check(host, address)

    def _permits(self, address: str) -> bool:
        try:
            parsed: Address = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._allow) or _is_public(parsed)

    def is_named(self, address: str) -> bool:
        """Whether an IP address is in one of the networks that are allowed beside the public ones."""
        parsed = ip_address(address)
        return any(parsed in network for network in self._allow)

    def check(self, url: URL) -> None:
        """Judge what a URL says before any name is resolved. Raises EgressDenied."""
        if url.scheme not in SCHEMES:
            raise EgressDenied(f"{url.scheme or 'no scheme'}: only http and https URLs can be reached.")
        host = url.raw_host
        if not host:
            raise EgressDenied("The URL names no host.")
        if looks_like_an_address(host) and not self.permits(host):
            raise denied(host)
        self.check_country(host)


def host_of(uri: str) -> str:
    """The host of a SIP URI, without port, parameters and headers (RFC 3261 §19.1.1).

    The user before it may have ";" and "?" in it, but no "@".
    """
    before, at, behind = uri.partition(":")[2].partition("@")
    place = (behind if at else before).partition("?")[0].partition(";")[0].rpartition("@")[2]
    return place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]


def asked_hosts_of(uri: str) -> tuple[str, ...]:
    """The host of a SIP URI, and that to which its maddr sends requests instead (RFC 3261 §19.1.1)."""
    return host_of(uri), *(each.strip("[]") for each in _MADDR.findall(uri))


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global or any(address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or address in _PUBLIC_IPV6


def looks_like_an_address(host: str) -> bool:
    """Whether a host is an IP address in any spelling, also 127.1 and 2130706433, which need no resolver."""
    return ":" in host or host.replace(".", "").isdigit()


def denied(host: str) -> EgressDenied:
    """What is said of a host that may not be reached."""
    return EgressDenied(
        f"{host} is or leads to an address that is not public. "
        "The platform's operator can allow its network with TELEFOON_EGRESS_ALLOW."
    )
