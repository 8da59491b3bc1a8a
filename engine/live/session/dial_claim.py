"""A node's claim on a call that it will dial: where the node dies before the INVITE, another places the call."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import structlog

from engine.errors import StoreError, Unstorable
from engine.ports import Clock, DialRequest
from engine.store.connections import Job, both
from engine.store.queued_calls import QueuedCall, QueuedCalls

_AGAIN_S: Final = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DialClaim:
    """What is stored of a call's order until its INVITE leaves; `waited` says that it has waited for its turn.

    Where no other node could place it (not `is_shared`) nothing is stored: a call that has waited leaves its line when
    it begins.
    """

    queued: QueuedCall
    node: str
    rows: QueuedCalls
    clock: Clock
    waited: bool
    is_shared: bool
    patience_s: float
    """So long a database that fails is waited for before the INVITE."""
    _is_held: bool = field(default=False, init=False)

    def beginning(self) -> Job[None] | None:
        """The job that is done with the call's beginning. It raises NoLongerQueued where another node has the call."""
        if not self.waited:
            return self.rows.claiming(self.queued) if self.is_shared else None
        begins = self.rows.beginning(self.queued, self.node)
        return begins if self.is_shared else both(begins, self.rows.dialling(self.queued, self.node, waited=True))

    def begun(self) -> None:
        """The call is stored, and this node will dial it."""
        self._is_held = self.is_shared

    def guarding(self, request: DialRequest, is_wanted: Callable[[], bool]) -> DialRequest:
        """The request of the call's INVITE, before which the claim is spent."""
        return replace(request, before_invite=partial(self.spend, is_wanted))

    async def spend(self, is_wanted: Callable[[], bool]) -> None:
        """Take the order out, so that nobody dials it but this node, at once. Safe to repeat.

        A database that fails is asked again for as long as the call `is_wanted`. Raises NoLongerQueued where another
        node has the call, and StoreError.
        """
        end_s = self.clock.monotonic() + self.patience_s
        while self._is_held:
            try:
                await self.rows.take_out(self.queued, self.node, waited=self.waited)
                self._is_held = False
            except StoreError as error:
                if isinstance(error, Unstorable) or self.clock.monotonic() >= end_s or not is_wanted():
                    raise
                log.warning("invite_waits_for_the_database", call_id=self.queued.call_id, reason=str(error))
                await self.clock.sleep(_AGAIN_S)

    def drop(self, keep: Callable[[Job[bool]], None]) -> None:
        """Have the order of a call taken out that ends without an INVITE, by a job that is to be kept with its end."""
        if self._is_held:
            keep(self.rows.leaving(self.queued.call_id, self.node))
