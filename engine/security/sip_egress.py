"""Which SIP URIs may be dialled."""

import socket
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Protocol

from engine.errors import EgressDenied, WebhookError
from engine.security.egress import Egress, asked_hosts_of, denied, host_of, looks_like_an_address

ResolvedAddress = Mapping[str, object]
"""One address of a name: its `host`, and what else is known of it."""


class Resolves(Protocol):
    """Resolves names, to addresses that may be reached (engine.security.guarded_resolver)."""

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        """Raises OSError if the name leads nowhere, EgressDenied if only to where nothing may go."""
        ...

    async def close(self) -> None: ...


class SipEgress:
    """Judges SIP addresses: those may be called whose host is, or leads to, an address that may be reached."""

    def __init__(self, egress: Egress, resolver: Resolves) -> None:
        self._egress = egress
        self._resolver = resolver

    async def check(self, uri: str) -> None:
        """Raises EgressDenied, or WebhookError if the name leads nowhere."""
        if not host_of(uri):
            raise EgressDenied(f"{uri} names no host.")
        for host in asked_hosts_of(uri):
            await self._check_host(host)

    async def _check_host(self, host: str) -> None:
        if looks_like_an_address(host):
            if not self._egress.permits(host):
                raise denied(host)
            self._egress.check_country(host)
            return
        try:
            await self._resolver.resolve(host, 5060)
        except OSError as error:
            raise WebhookError(f"{host} has no address: {error.strerror or error}.") from None

    def permits(self, host: str, address: str) -> bool:
        """Whether a host may be called at an address to which it leads, by SRV records too, when the call goes out."""
        if not self._egress.permits(address):
            return False
        try:
            self._egress.check_country(host, [address])
        except EgressDenied:
            return False
        return True

    async def addresses(self, host: str) -> frozenset[str]:
        """The addresses of a host, itself if it is one in any spelling; none where it leads nowhere that is allowed."""
        if looks_like_an_address(host):
            return frozenset({_plain(host)})
        try:
            return frozenset(str(each["host"]) for each in await self._resolver.resolve(host, 5060))
        except (OSError, WebhookError):
            return frozenset()

    async def close(self) -> None:
        """End its threads."""
        await self._resolver.close()


def _plain(address: str) -> str:
    """An address as it is mostly written: 127.1 and 2130706433 are 127.0.0.1."""
    try:
        return str(ip_address(address if ":" in address else socket.inet_ntoa(socket.inet_aton(address))))
    except (OSError, ValueError):
        return address
