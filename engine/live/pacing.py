"""Campaign pacing: calls of accounts that have a pace wait as `queued`, and begin in their turn.

The rows are the truth, the lines in memory their order: a restart takes up those that wait. A call is taken out of them
in the transaction that lets it begin, before its INVITE, so that none is placed twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import first_of
from engine.errors import NoLongerQueued, PolicyRefused, QueueFull, StoreError, TelefoonError
from engine.live.services import CallServices
from engine.live.session.journal import Journal
from engine.live.session.session import Session
from engine.model.call import Attempt, Call, Event
from engine.routing.pacing import Pace, PacedCalls, PacedTurn
from engine.store.queued_calls import QueuedCall

_REFUSED_FOR_S: Final = 0.1
_AGAIN_S: Final = 1.0
_PACES_EVERY_S: Final = 2.0

BeginQueued = Callable[[Call, QueuedCall], Awaitable[Session]]
"""Sends the INVITE of a call that has waited. Raises NoLongerQueued, and what Switchboard.place raises."""
Spawn = Callable[[Session, Callable[[], None]], None]
"""Has something follow the end of a session."""

log = structlog.get_logger(__name__)


class Pacing:
    """Lets calls of one node wait, and begin. Belongs to asyncio's thread."""

    def __init__(self, services: CallServices, begin: BeginQueued, when_over: Spawn) -> None:
        self._services = services
        self._begin_call = begin
        self._when_over = when_over
        self._lines = PacedCalls()
        self._queued: dict[str, QueuedCall] = {}
        self._changed = Signal()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside, calls that wait begin in their turn; those that wait afterwards do so until the next start."""
        loop = started(self._run())
        try:
            yield
        finally:
            await stopped(loop)

    async def join(self, call: Call, queued: QueuedCall, pace: Pace) -> None:
        """Store a call that waits. Raises QueueFull, StoreError; nothing is stored then."""
        if self._lines.count(call.account_id) >= pace.most_queued:
            raise QueueFull(pace.most_queued, pace.again_after_s)
        position = self._lines.join(call.account_id, call.id, pace)
        self._queued[call.id] = queued
        journal = Journal(call, self._services.ledger)
        try:
            await journal.open(self._services.stores.queued_calls.joining(queued))
        except BaseException:
            self._forget(call.account_id, call.id)
            raise
        log.info("call_queued", call_id=call.id, position=position)
        self._changed.set()

    async def cancel(self, account_id: str, call_id: str) -> bool:
        """Cancel a call that waits; False for any other. Raises StoreError."""
        if self._lines.position(account_id, call_id) is None:
            return False
        if not await self._services.stores.queued_calls.leave(call_id):
            return False
        self._forget(account_id, call_id)
        call = await self._services.ledger.calls.get(call_id)
        if call is not None:
            journal = Journal(call, self._services.ledger)
            async with journal.writing():
                journal.note_event("end_requested", by="REST API")
                journal.happened(Event.HUNG_UP)
        return True

    def position(self, account_id: str, call_id: str) -> int | None:
        """A call's place among those of its account, from 1; None for one that does not wait."""
        return self._lines.position(account_id, call_id)

    async def _run(self) -> None:
        is_restored = False
        while True:
            try:
                if not is_restored:
                    await self._restore()
                    is_restored = True
                await self._next()
            except StoreError as error:
                log.error("store_failed", error=str(error))
                await self._services.clock.sleep(_AGAIN_S)
            except Exception:
                log.exception("pacing_failed")
                await self._services.clock.sleep(_AGAIN_S)

    async def _restore(self) -> None:
        """Take up what waited when the last process ended."""
        paces = await self._services.stores.paces.all()
        for queued in await self._services.stores.queued_calls.on(self._services.node):
            if queued.call_id not in self._queued:
                self._lines.join(queued.account_id, queued.call_id, paces.get(queued.account_id, Pace()))
                self._queued[queued.call_id] = queued

    async def _next(self) -> None:
        """Let the next one begin, or wait until one may."""
        self._changed.clear()
        turn = self._lines.turn(self._now_s)
        if turn is None:
            await self._wait()
        elif self._services.admission.has_room():
            await self._begin(turn)
        else:
            await self._services.clock.sleep(_REFUSED_FOR_S)

    async def _wait(self) -> None:
        """Until something changes, the pace allows more, or other paces may have been set."""
        waiting = self._lines.accounts()
        wait_s = self._lines.wait_s(self._now_s) if waiting else None
        limits = [_PACES_EVERY_S] if waiting else []
        due_s = min([*limits, *([wait_s] if wait_s is not None else [])], default=None)
        if await first_of(self._changed, timeout_s=due_s) or not waiting:
            return
        if wait_s is None or wait_s >= _PACES_EVERY_S:
            paces = await self._services.stores.paces.all()
            for account_id in waiting:
                self._lines.set_pace(account_id, paces.get(account_id, Pace()))

    async def _begin(self, turn: PacedTurn) -> None:
        queued = self._queued[turn.call_id]
        call = await self._services.ledger.calls.get(turn.call_id)
        if call is None or call.ended:
            await self._services.stores.queued_calls.leave(turn.call_id)
            self._forget(turn.account_id, turn.call_id)
            return
        try:
            session = await self._begin_call(call, queued)
        except NoLongerQueued:
            self._forget(turn.account_id, turn.call_id)
        except TelefoonError as error:
            if error.again_after_s is None and not isinstance(error, StoreError):
                await self._fail(call, error)
                return
            log.info("queued_call_postponed", call_id=call.id, reason=str(error))
            self._lines.postponed(turn.account_id, self._now_s + _AGAIN_S)
        else:
            self._queued.pop(call.id, None)
            self._lines.begun(turn, self._now_s)
            self._when_over(session, lambda: self._ended(turn.account_id))

    async def _fail(self, call: Call, error: TelefoonError) -> None:
        """End a call that can't be placed, as without a balance."""
        journal = Journal(call, self._services.ledger)
        async with journal.writing():
            journal.keep(self._services.stores.queued_calls.leaving(call.id))
            if isinstance(error, PolicyRefused):
                journal.refused_by_policy(error)
            journal.tried(Attempt("pacing", call.to, str(error)))
            journal.happened(Event.BROKE)
        self._forget(call.account_id, call.id)

    def _ended(self, account_id: str) -> None:
        self._lines.ended(account_id, self._now_s)
        self._changed.set()

    def _forget(self, account_id: str, call_id: str) -> None:
        self._lines.leave(account_id, call_id)
        self._queued.pop(call_id, None)

    @property
    def _now_s(self) -> float:
        return self._services.clock.monotonic()
