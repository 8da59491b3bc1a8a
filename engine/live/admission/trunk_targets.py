"""Which number a call goes to, also where a SIP address at a trunk's host names it."""

import re
from collections.abc import Iterable
from typing import Final, Protocol
from urllib.parse import unquote

from engine.model.trunk import Trunk
from engine.security.egress import asked_hosts_of, host_of
from engine.store.trunks import Trunks

_SCHEME: Final = re.compile(r"sips?:", re.IGNORECASE)
_HOSTS: Final = re.compile(r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?|(?<=\[)[0-9a-f:.]+(?=\])")
_SEPARATORS: Final = re.compile(r"[\s\-.()/]")
_DIALLED: Final = re.compile(r"[+*#0-9].*", re.DOTALL)
"""What a carrier may take for a number, also where it is none: *31*+32..., or digits with something behind them."""


class Addresses(Protocol):
    """Knows where hosts lead, such as engine.security.sip_egress.SipEgress."""

    async def addresses(self, host: str) -> frozenset[str]:
        """The IP addresses of a host, itself if it is one; none where nobody knows it."""
        ...


class TrunkTargets:
    """Reads what is dialled. A SIP address at a trunk's host, by whatever of its names, is a call by that trunk."""

    def __init__(self, trunks: Trunks, addresses: Addresses) -> None:
        self._trunks = trunks
        self._addresses = addresses

    async def number(self, target: str) -> str | None:
        """The number that is called, in E.164 or as it is dialled; None for an address that is no number's.

        Raises StoreError.
        """
        if not _SCHEME.match(target):
            return target
        user = _user(target)
        if not user:
            return None
        trunks = [each.trunk for each in await self._trunks.all() if each.trunk.enabled]
        asked = await self._everywhere(asked_hosts_of(target))
        asked |= frozenset(_HOSTS.findall(unquote(target).partition("@")[2].lower()))
        for trunk in trunks:
            if asked & await self._everywhere(_hosts(trunk)):
                return _number_at(trunk, user)
        return None

    async def _everywhere(self, hosts: Iterable[str]) -> frozenset[str]:
        """Hosts, and all addresses to which they lead."""
        found: set[str] = set()
        for host in {each.lower().rstrip(".") for each in hosts if each}:
            found |= {host, *await self._addresses.addresses(host)}
        return frozenset(found)


def _user(uri: str) -> str:
    """The user part, without its parameters and without a password."""
    rest, at, _ = uri.partition(":")[2].partition("@")
    if not at:
        return ""
    while (plain := unquote(rest)) != rest:
        rest = plain
    return rest.partition(";")[0].partition(":")[0]


def _number_at(trunk: Trunk, user: str) -> str | None:
    digits = _SEPARATORS.sub("", user)
    return trunk.called.format.read(digits) if _DIALLED.fullmatch(digits) else None


def _hosts(trunk: Trunk) -> list[str]:
    hosts = [host.host for host in trunk.hosts]
    return [*hosts, host_of(f"sip:{trunk.outbound_proxy}")] if trunk.outbound_proxy else hosts
