"""Campaign pacing: calls of accounts that have a pace wait as `queued`, and begin in their turn.

The lines are rows, and no node's: each node claims whose turn it is, as long as it has room, so those of a node that
died go on. A call is taken out of its line before its INVITE, so that none is placed twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import first_of
from engine.errors import NoLongerQueued, PolicyRefused, StoreError, TelefoonError
from engine.live.services import CallServices
from engine.live.session.journal import Journal
from engine.live.session.session import Session
from engine.model.call import NO_NODE, Attempt, Call, Event, Status
from engine.routing.pacing import Pace, next_turns, wait_s
from engine.store.queued_calls import QueuedCall

_REFUSED_FOR_S: Final = 0.1
_TAKEN_AGAIN_S: Final = 0.05
_AGAIN_S: Final = 1.0
_LOOK_EVERY_S: Final = 2.0
"""Paces may be set, and other nodes' calls may wait and end, without that this node is told."""

BeginQueued = Callable[[Call, QueuedCall], Awaitable[Session]]
"""Sends the INVITE of a call that has waited. Raises NoLongerQueued, and what Switchboard.place raises."""
Spawn = Callable[[Session, Callable[[], None]], None]
"""Has something follow the end of a session."""

log = structlog.get_logger(__name__)


class Pacing:
    """Lets calls wait, and begin those whose turn it is. Belongs to asyncio's thread."""

    def __init__(self, services: CallServices, begin: BeginQueued, when_over: Spawn) -> None:
        self._services = services
        self._begin_call = begin
        self._when_over = when_over
        self._queued = services.stores.queued_calls
        self._lines = services.paced_lines
        self._changed = Signal()
        self._postponed: QueuedCall | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside, calls that wait begin in their turn; those that wait afterwards do so until a node begins them."""
        loop = started(self._run())
        try:
            yield
        finally:
            await stopped(loop)
            await self._give_back_at_the_end()

    async def join(self, call: Call, queued: QueuedCall, pace: Pace) -> Call:
        """Store a call that waits, which is no node's. Raises QueueFull, StoreError; nothing is stored then."""
        await self._queued.require_place(call.account_id, pace)
        position = await Journal(call, self._services.ledger).open(self._queued.joining(queued, pace))
        log.info("call_queued", call_id=call.id, position=position)
        self._changed.set()
        return replace(call, node=NO_NODE)

    async def cancel(self, account_id: str, call_id: str) -> bool:
        """Cancel a call that waits, whichever node was asked for it; False for any other. Raises StoreError."""
        call = await self._services.ledger.calls.get(call_id)
        if call is None or call.account_id != account_id or call.status is not Status.QUEUED:
            return False
        if not await self._queued.holds(call_id):
            return False
        journal = Journal(replace(call, node=self._services.node), self._services.ledger)
        journal.settle_with(self._services.credit.settlement)
        journal.note_event("end_requested", by="REST API")
        journal.happened(Event.HUNG_UP)
        cancelled = await journal.store_if(self._queued.leaving(call_id, self._services.node))
        self._changed.set()
        return cancelled

    async def position(self, call: Call) -> int | None:
        """A call's place among those of its account, from 1; None for one that does not wait. Raises StoreError."""
        waits = call.status is Status.QUEUED and call.node == NO_NODE
        return await self._queued.position(call.id) if waits else None

    async def _run(self) -> None:
        taken_up = False
        while True:
            try:
                if not taken_up:
                    await self._lines.take_up(self._services.node)
                    taken_up = True
                await self._next()
            except StoreError as error:
                taken_up = False  # what the database has done of it is not known
                log.error("store_failed", error=str(error))
                await self._services.clock.sleep(_AGAIN_S)
            except Exception:
                taken_up = False
                log.exception("pacing_failed")
                await self._services.clock.sleep(_AGAIN_S)

    async def _next(self) -> None:
        """Let the next one begin, or wait until one may."""
        await self._put_back()
        self._changed.clear()
        lines = await self._lines.waiting(self._services.region)
        if not next_turns(lines):
            await self._wait(wait_s(lines), anybody=bool(lines))
        elif not self._services.admission.has_room():
            await self._services.clock.sleep(_REFUSED_FOR_S)
        elif (queued := await self._lines.claim(self._services.node, self._services.region)) is None:
            await self._services.clock.sleep(_TAKEN_AGAIN_S)
        else:
            await self._begin(queued)

    async def _put_back(self) -> None:
        """Have the one wait again that did not begin; what a beginning that failed may have stored is taken back."""
        if self._postponed is not None:
            waits = self._postponed
            await self._services.credit.settle_left(waits.call_id, waits.account_id, None)
            await self._lines.put_back(waits, self._services.node, _AGAIN_S)
            self._postponed = None

    async def _wait(self, due_s: float | None, *, anybody: bool) -> None:
        """Until something changes, the pace allows more, or other nodes or other paces may have changed something."""
        if not anybody and not self._services.stores.database.is_shared:
            await self._changed.wait()
        else:
            await first_of(self._changed, timeout_s=min(due_s or _LOOK_EVERY_S, _LOOK_EVERY_S))

    async def _begin(self, queued: QueuedCall) -> None:
        call = await self._services.ledger.calls.get(queued.call_id)
        if call is None or call.ended:
            await self._queued.leave(queued.call_id, self._services.node)
            return
        call = replace(call, node=self._services.node)
        try:
            session = await self._begin_call(call, queued)
        except NoLongerQueued:
            log.info("queued_call_cancelled", call_id=call.id)
        except TelefoonError as error:
            if error.again_after_s is None and not isinstance(error, StoreError):
                await self._fail(call, error)
                return
            log.info("queued_call_postponed", call_id=call.id, reason=str(error))
            self._postponed = queued
        else:
            self._when_over(session, self._changed.set)

    async def _fail(self, call: Call, error: TelefoonError) -> None:
        """End a call that can't be placed, as without a balance."""
        journal = Journal(call, self._services.ledger)
        async with journal.writing():
            journal.keep(self._queued.leaving(call.id, call.node))
            if isinstance(error, PolicyRefused):
                journal.refused_by_policy(error)
            journal.tried(Attempt("pacing", call.to, str(error)))
            journal.happened(Event.BROKE)

    async def _give_back_at_the_end(self) -> None:
        """What was claimed and has not begun need not wait until somebody finds that this node is gone."""
        try:
            await self._lines.give_back(self._services.node)
        except StoreError as error:
            log.warning("claims_not_given_back", reason=str(error))
