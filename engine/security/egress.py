"""Which addresses webhooks and downloads may reach, checked when the address is known and used.

Customers choose the URLs, so without this anybody could make the platform ask for what is inside its own network.
A name is checked after its resolution, in the resolver of the very connection: an answer that changes between the
check and the use (DNS rebinding) changes nothing.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from engine.errors import EgressDenied, WebhookError
from engine.security.residency import Residency

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int, socket.AddressFamily], Awaitable[list[ResolveResult]]]
"""Resolve a name: host, port, family. Raises OSError."""

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
_RESOLVER_THREADS: Final = 16


class Egress:
    """Public addresses, and those of the networks allowed besides."""

    def __init__(self, allow: Sequence[Network] = (), residency: Residency | None = None) -> None:
        self._allow = tuple(allow)
        self._residency = residency

    def check_country(self, host: str, addresses: Sequence[str] = ()) -> None:
        """Judge where data would go, by name or, of a name that is not listed, by each address. Raises EgressDenied."""
        if self._residency is None:
            return
        if self._residency.is_known(host) or _looks_like_an_address(host):
            self._residency.check(host)
            return
        for address in addresses:
            self._residency.check(host, address)

    def permits(self, address: str) -> bool:
        """Whether this IP address may be reached; what is none may not."""
        try:
            parsed: Address = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._allow) or _is_public(parsed)

    def check(self, url: URL) -> None:
        """Judge what a URL says before any name is resolved. Raises EgressDenied."""
        if url.scheme not in SCHEMES:
            raise EgressDenied(f"{url.scheme or 'no scheme'}: only http and https URLs can be reached.")
        host = url.raw_host
        if not host:
            raise EgressDenied("The URL names no host.")
        if _looks_like_an_address(host) and not self.permits(host):
            raise _denied(host)
        self.check_country(host)


class SipEgress:
    """Which SIP URIs may be dialled: those whose host is, or leads to, an address that may be reached."""

    def __init__(self, egress: Egress, lookup: Lookup | None = None) -> None:
        self._egress = egress
        self._resolver = GuardedResolver(egress, lookup)

    async def check(self, uri: str) -> None:
        """Raises EgressDenied, or WebhookError if the name leads nowhere."""
        host = host_of(uri)
        if not host:
            raise EgressDenied(f"{uri} names no host.")
        if _looks_like_an_address(host):
            if not self._egress.permits(host):
                raise _denied(host)
            self._egress.check_country(host)
            return
        try:
            await self._resolver.resolve(host, 5060)
        except OSError as error:
            raise WebhookError(f"{host} has no address: {error.strerror or error}.") from None

    async def close(self) -> None:
        """End its threads."""
        await self._resolver.close()


def host_of(uri: str) -> str:
    """The host of a SIP URI, without port, parameters and headers (RFC 3261 §19.1.1)."""
    rest = uri.partition(":")[2].partition("?")[0].partition(";")[0]
    place = rest.rpartition("@")[2]
    return place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]


class GuardedResolver(AbstractResolver):
    """Resolves names to permitted addresses only; the others are left out. A slow name server is not waited for."""

    def __init__(self, egress: Egress, lookup: Lookup | None = None, timeout_s: float | None = None) -> None:
        self._egress = egress
        self._timeout_s = timeout_s
        # Threads of its own: a slow name server must not hold up others' work in the loop's shared threads.
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolver")
        self._lookup = lookup or self._ask_the_system

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._lookup(host, port, family)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, f"the name {host} was not resolved within {self._timeout_s:g} s") from None
        permitted = [each for each in found if self._egress.permits(each["host"])]
        if found and not permitted:
            raise _denied(host)
        self._egress.check_country(host, [each["host"] for each in permitted])
        return permitted

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_the_system(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        def lookup() -> list[ResolveResult]:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            return [
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=found_family,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
                for found_family, _, protocol, _, address in found
            ]

        return await asyncio.get_running_loop().run_in_executor(self._threads, lookup)


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global or any(address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or address in _PUBLIC_IPV6


def _looks_like_an_address(host: str) -> bool:
    """Also 127.1 and 2130706433, which the system would take for addresses without asking a resolver."""
    return ":" in host or host.replace(".", "").isdigit()


def _denied(host: str) -> WebhookError:
    return EgressDenied(
        f"{host} is or leads to an address that is not public. "
        "The platform's operator can allow its network with TELEFOON_EGRESS_ALLOW."
    )
