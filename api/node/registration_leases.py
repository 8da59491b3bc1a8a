"""Which of several nodes behind a SIP proxy registers with a trunk: one at a time, by a lease of the database."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from api.node.rows_watched import keep_looking
from engine.aio.change_notifier import ChangeNotifier

LEASE_S: Final = 6.0
"""After so long another node may register in the place of one that says nothing more."""
RENEWED_S: Final = 2.0


class LeasesOfNodes(Protocol):
    """What one node does at a time, by the database's clock, as engine.store.leases.Leases."""

    async def take(self, name: str, node: str, seconds: float) -> bool: ...

    async def give_back(self, name: str, node: str) -> None: ...


class RegisteringAgent(Protocol):
    """Who registers with trunks, by their names, as sip.user_agent.UserAgent."""

    async def shared_registrations(self) -> frozenset[str]: ...

    async def hold_registrations(self, names: frozenset[str]) -> None: ...


class RegistrationLeases:
    """Takes, renews and gives back a lease for each trunk with which nodes register in turn.

    A node that can't renew a lease lets go of the registration. Where two register for a moment it does no harm, as
    both tell the registrar the same Contact, that of the proxy.
    """

    def __init__(self, leases: LeasesOfNodes, node: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self._leases = leases
        self._node = node
        self._now_s = now_s
        self._taken_at_s: dict[str, float] = {}
        self._told: frozenset[str] = frozenset()

    async def run(self, agent: RegisteringAgent) -> None:
        """Look once a second, for as long as the node runs: no notice tells that a lease has run out."""
        await keep_looking(partial(self.look, agent), ChangeNotifier(), "registrations_not_leased")

    async def look(self, agent: RegisteringAgent) -> None:
        """Once. Raises StoreError, SipError."""
        wanted = await agent.shared_registrations()
        try:
            for name in self._taken_at_s.keys() - wanted:
                del self._taken_at_s[name]
                await self._leases.give_back(_lease(name), self._node)
            for name in sorted(wanted):
                await self._take(name)
        finally:
            if (held := self._held()) != self._told:
                await agent.hold_registrations(held)
                self._told = held

    async def _take(self, name: str) -> None:
        began_s = self._now_s()
        if began_s - self._taken_at_s.get(name, float("-inf")) < RENEWED_S:
            return
        if await self._leases.take(_lease(name), self._node, LEASE_S):
            self._taken_at_s[name] = began_s
        else:
            self._taken_at_s.pop(name, None)

    def _held(self) -> frozenset[str]:
        now_s = self._now_s()
        return frozenset(name for name, at_s in self._taken_at_s.items() if now_s - at_s < LEASE_S)


def _lease(trunk: str) -> str:
    return f"registration of {trunk}"
