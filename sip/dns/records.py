"""Records of the DNS, as finding a SIP server needs them, and who is asked for them."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from engine.errors import SipError
from engine.model.trunk import AddressFamily


@dataclass(frozen=True, slots=True)
class NaptrRecord:
    """Which name a domain's service is to be looked for at (RFC 2915); the lowest order comes first."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """A host that serves, with its port (RFC 2782); the lowest priority comes first."""

    priority: int
    weight: int
    port: int
    target: str


Record = TypeVar("Record", NaptrRecord, SrvRecord, str)


@dataclass(frozen=True, slots=True)
class Records(Generic[Record]):
    """All of a kind that a name has, and for how many seconds that holds; `exists` is False where there is no name.

    They are in an order of their own, so that two answers with the same records are equal.
    """

    found: tuple[Record, ...]
    ttl_s: float
    exists: bool = True


class NoNameServer(SipError):
    """No name server has given an answer that can be used."""


class NameServers(Protocol):
    """Whom records are asked of. Every method raises NoNameServer, after a few seconds at most."""

    def pinned(self, name: str) -> bool:
        """Whether this machine's own file has the name, so that no server is asked."""
        ...

    async def naptr(self, name: str) -> Records[NaptrRecord]: ...

    async def srv(self, name: str) -> Records[SrvRecord]: ...

    async def addresses(self, name: str, family: AddressFamily) -> Records[str]:
        """The addresses of a family, as far as this node speaks it."""
        ...
