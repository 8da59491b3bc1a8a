"""The addresses of one cluster: who has which."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.failure import SetupFailed

MOST_NODES = 100
NUMBERS = range(1, 255)


@dataclass(frozen=True, slots=True)
class Subnet:
    """A /24 of 198.18.0.0/15, which is for tests of networks alone (RFC 2544), so that no real network is hidden.

    `number` is one of NUMBERS.
    """

    number: int

    @property
    def interface(self) -> str:
        """What the interface is called by which this machine reaches the cluster."""
        return f"telefoon{self.number}"

    @property
    def network(self) -> str:
        """The whole, as settings take it, such as "198.18.7.0/24"."""
        return f"{self._address(0)}/24"

    @property
    def outside(self) -> str:
        """This machine's own address on it: carriers, phones and clients of REST are there."""
        return self._address(1)

    @property
    def database(self) -> str:
        return self._address(2)

    @property
    def http_balancer(self) -> str:
        return self._address(3)

    @property
    def sip_proxy(self) -> str:
        """Where carriers and phones reach it."""
        return self._address(4)

    @property
    def sip_proxy_inside(self) -> str:
        """Where nodes reach it."""
        return self._address(5)

    def node(self, number: int) -> str:
        """The address of a node, counted from 1. Raises SetupFailed beyond MOST_NODES."""
        if not 1 <= number <= MOST_NODES:
            raise SetupFailed(f"there may be 1 to {MOST_NODES} nodes, not {number}.")
        return self._address(10 + number)

    def _address(self, host: int) -> str:
        return f"198.18.{self.number}.{host}"
