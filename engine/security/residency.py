"""Data residency, by country: the operator lists countries that are allowed, and where hosts and networks are.

Object stores whose hosts tell their region are in a list of ours (config/store_hosts.toml). No database of addresses is
asked: such guesses are wrong often enough to be worthless as evidence. What is not listed is unknown, and unknown is
treated as outside.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import structlog

from engine.errors import EgressDenied

log = structlog.get_logger(__name__)

_ANYWHERE: Final = "*."


class Outside(StrEnum):
    """The treatment of an address that is not known to be inside the European Union."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """A target's country: two letters in lower case, None where that is not listed; `inside` the allowed countries."""

    host: str
    country: str | None
    inside: bool

    def __str__(self) -> str:
        where = "in no listed country" if self.country is None else f"in {self.country.upper()}"
        return f"{self.host} is {where}"


class Residency:
    """`countries` maps a host (example.com, with all below it) or a network (192.0.2.0/24) to its country.

    With nothing in `allowed` everything is inside. This machine itself always is.
    """

    def __init__(self, allowed: frozenset[str], countries: Mapping[str, str], outside: Outside = Outside.WARN) -> None:
        self.allowed = frozenset(each.lower() for each in allowed)
        self.outside = outside
        self._networks: list[tuple[IPv4Network | IPv6Network, str]] = []
        self._hosts: dict[str, str] = {}
        for target, country in countries.items():
            network = _network(target)
            if network is not None:
                self._networks.append((network, country.lower()))
            else:
                self._hosts[target.lower().removeprefix(_ANYWHERE).rstrip(".")] = country.lower()
        self._warned: set[str] = set()

    def place_of(self, host: str, address: str | None = None) -> StoragePlace:
        """The place of a host by its name, the most exact that is listed; else by the address that it leads to."""
        country = self._of_name(host.lower().rstrip("."))
        for text in (host, address):
            if country is None and text is not None:
                country = self._of_address(text)
        inside = not self.allowed or country in self.allowed or is_loopback(address or host)
        return StoragePlace(host, country, inside)

    def is_known(self, host: str) -> bool:
        """Whether a name needs no look at its address."""
        return not self.allowed or self.place_of(host).country is not None

    def check(self, host: str, address: str | None = None) -> None:
        """Raises EgressDenied where outside is refused; else warns, once for each host."""
        place = self.place_of(host, address)
        if place.inside:
            return
        if self.outside is Outside.REFUSE:
            raise EgressDenied(f"{place}; allowed are {', '.join(sorted(self.allowed)).upper()}.")
        if host not in self._warned:
            self._warned.add(host)
            log.warning("target_outside", host=host, country=place.country or "unknown")

    def _of_name(self, host: str) -> str | None:
        labels = host.split(".")
        names = (".".join(labels[first:]) for first in range(len(labels)))
        return next((self._hosts[name] for name in names if name in self._hosts), None)

    def _of_address(self, text: str) -> str | None:
        try:
            address = ip_address(text)
        except ValueError:
            return None
        found = [(network.prefixlen, country) for network, country in self._networks if address in network]
        return max(found)[1] if found else None


def load_store_hosts() -> dict[str, str]:
    """Countries of object stores by host, as their operators publish them."""
    return tomllib.loads((files("config") / "store_hosts.toml").read_text())


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def is_loopback(text: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return text.lower() == "localhost"
