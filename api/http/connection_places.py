"""How many connections there may be at once: in all, and of one source."""

from collections import Counter
from dataclasses import dataclass, field

from api.http.client_address import Networks, source_of
from engine.metrics.table import HttpClosing
from engine.model.accounts import Address


@dataclass(slots=True)
class ConnectionPlaces:
    """Places that are taken and left. Connections of a trusted proxy, which speaks for many, count in all alone."""

    in_all: int
    of_source: int
    trusted: Networks = ()
    _taken: Counter[str] = field(default_factory=Counter)

    @property
    def taken(self) -> int:
        """How many there are now."""
        return self._taken.total()

    def refusal(self, address: Address) -> HttpClosing | None:
        """Why another connection of this address has no place; None where it has one."""
        is_proxy = any(address in network for network in self.trusted)
        if not is_proxy and self._taken[source_of(address)] >= self.of_source:
            return HttpClosing.ADDRESS
        return HttpClosing.FULL if self.taken >= self.in_all else None

    def take(self, address: Address) -> None:
        """One more."""
        self._taken[source_of(address)] += 1

    def leave(self, address: Address) -> None:
        """One less."""
        source = source_of(address)
        self._taken[source] -= 1
        if not self._taken[source]:
            del self._taken[source]
