"""A host of a trunk: an address where its carrier answers, with the order in which hosts are used."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from engine.model.hosts import before_port

MOST_HOSTS: Final = 16
MOST_PORT: Final = 65535
MOST_ORDER: Final = 65535
"""Of priorities and weights, as in a DNS SRV record (RFC 2782)."""
SPELLING: Final = "HOST[:PORT][;priority=N][;weight=N]"

_NAME: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?"
_SPELT: Final = re.compile(rf"(?P<host>\[[0-9A-Fa-f:.]+\]|{_NAME})(?::(?P<port>\d+))?(?P<order>(?:;\w+=\d+)*)")
HOST_PATTERN: Final = rf"[0-9A-Fa-f:.]+|{_NAME}"
_LONGEST: Final = 253


@dataclass(frozen=True, slots=True)
class TrunkHost:
    """A name or an address, IPv6 without brackets. Without a port, DNS or the transport says which.

    The lowest priority is used first; of several, each in proportion to its weight (RFC 2782).
    """

    host: str
    port: int | None = None
    priority: int = 0
    weight: int = 1

    def __post_init__(self) -> None:
        if len(self.host) > _LONGEST or not re.fullmatch(HOST_PATTERN, self.host):
            raise ValueError(f"{self.host!r} is no host; write a name or an address, such as sip.carrier.example.")
        for name, least, most in (("port", 1, MOST_PORT), ("priority", 0, MOST_ORDER), ("weight", 0, MOST_ORDER)):
            value = getattr(self, name)
            if name == "port" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise ValueError(f"the {name} is {value!r}; give {least} to {most}.")

    def __str__(self) -> str:
        order = "".join(
            f";{name}={value}"
            for name, value, usual in (("priority", self.priority, 0), ("weight", self.weight, 1))
            if value != usual
        )
        return f"{self.address}{order}"

    @property
    def in_uri(self) -> str:
        """The host as a URI wants it: IPv6 in brackets."""
        return before_port(self.host)

    @property
    def address(self) -> str:
        """HOST or HOST:PORT."""
        return self.in_uri if self.port is None else f"{self.in_uri}:{self.port}"


def read_host(given: object) -> TrunkHost:
    """A host that is written as text, or field by field. Raises ValueError."""
    if isinstance(given, str):
        return _of_text(given)
    if not isinstance(given, Mapping) or "host" not in given:
        raise ValueError(f"a host is {given!r}; write {SPELLING}, or a table with host.")
    known = set(TrunkHost.__slots__)
    if unknown := sorted(set(given) - known):
        raise ValueError(f"a host has no {unknown[0]}; there are {', '.join(TrunkHost.__slots__)}.")
    fields: dict[str, Any] = dict(given)
    return TrunkHost(**{**fields, "host": str(fields["host"]).strip("[]")})


def _of_text(text: str) -> TrunkHost:
    spelt = _SPELT.fullmatch(text.strip())
    if spelt is None:
        raise ValueError(f"a host is {text!r}; write {SPELLING}, IPv6 in brackets.")
    order = dict(each.split("=") for each in spelt["order"].split(";") if each)
    if unknown := set(order) - {"priority", "weight"}:
        raise ValueError(f"a host has no {min(unknown)}; write {SPELLING}.")
    port = int(spelt["port"]) if spelt["port"] else None
    return TrunkHost(spelt["host"].strip("[]"), port, **{name: int(value) for name, value in order.items()})


def host_json(host: TrunkHost) -> dict[str, Any]:
    """All that a host is, field by field; a port that is not said is left out."""
    return {name: value for name, value in asdict(host).items() if value is not None}
