"""One call's value, and its way to the database without ever holding up the call.

Changes take effect in memory at once and are written in order behind the call's back; a database that fails
is tried again until it is well. Only what must be durable beforehand (a call before its INVITE) is awaited.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import structlog

from engine.bell import Bell
from engine.call import Attempt, Call, Event, after
from engine.live.stored import until_stored
from engine.ports import Clock
from engine.privacy.discretion import Discretion
from engine.store import Calls, NewCallback
from engine.tasks import stopped
from engine.told.call import event_name, status_form

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _State:
    call: Call
    callback: NewCallback | None = None


@dataclass(frozen=True, slots=True)
class _Note:
    kind: str
    facts: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Job:
    write: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What every journal writes to, how a call is priced (EUR; None where it can't be), and what events may tell."""

    calls: Calls
    clock: Clock
    price: Callable[[Call], Decimal | None]
    wake_courier: Callable[[], None]
    bell: Bell = field(default_factory=Bell)
    discretion: Discretion = field(default_factory=Discretion)


class Journal:
    """The call as it is now, and what is still to be written of it."""

    def __init__(self, call: Call, ledger: Ledger) -> None:
        self._call = call
        self._ledger = ledger
        self._lines: asyncio.Queue[_State | _Note | _Job] = asyncio.Queue()
        self._answered_s: float | None = None
        self._via = ""
        """Who carries the call, once it is known."""

    @property
    def call(self) -> Call:
        return self._call

    async def open(self) -> None:
        """Store the call and its first status callback. Raises StoreError; nothing is stored then."""
        call = self._call
        await self._ledger.calls.add(call, _callback(call, call.start_time))
        self._ledger.wake_courier()
        log.info("call_began", call_id=call.id, direction=call.direction.value, from_=call.from_, to=call.to)

    def happened(self, event: Event, **facts: Any) -> Call:
        """Move the call along its table, with further fields. Raises UnexpectedEvent."""
        call = replace(after(self._call, event, self._now()), **facts)
        if call.answer_time is not None and self._answered_s is None:
            self._answered_s = self._ledger.clock.monotonic()
        if call.ended:
            call = replace(call, price=self._ledger.price(call))
            self._log_end(call)
        self._call = call
        self._lines.put_nowait(_State(call, _callback(call, self._ledger.clock.now())))
        codes = {name: facts[name] for name in ("sip_code", "sip_reason", "q850_cause") if facts.get(name) is not None}
        self.note("status", status=call.status.value, **codes)
        return call

    def _now(self) -> datetime:
        """Counted on from the answer: how long a call lasts and what it costs must not hang on a clock that is set."""
        if self._answered_s is None or self._call.answer_time is None:
            return self._ledger.clock.now()
        lasted_ms = round((self._ledger.clock.monotonic() - self._answered_s) * 1000)
        return self._call.answer_time + timedelta(milliseconds=lasted_ms)

    def _log_end(self, call: Call) -> None:
        log.info(
            "call_ended",
            call_id=call.id,
            status=call.status.value,
            seconds=call.duration,
            via=self._via or None,
            sip_code=call.sip_code,
            why=call.attempts[-1].said if call.attempts else call.sip_reason,
        )

    def carried_by(self, via: str) -> None:
        """It is known who carries the call."""
        self._via = via

    def set(self, **facts: Any) -> None:
        """Change fields that are no status."""
        self._call = replace(self._call, **facts)
        self._lines.put_nowait(_State(self._call))

    def tried(self, attempt: Attempt) -> None:
        """Add to the explanation of the call."""
        self.set(attempts=(*self._call.attempts, attempt))

    def note(self, kind: str, **facts: Any) -> None:
        """Add to the call's events."""
        told = self._ledger.discretion.facts(kind, facts)
        self._lines.put_nowait(_Note(kind, told, self._ledger.clock.now()))

    def keep(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write something else of the call, in its turn; `write` may be run again after a StoreError."""
        self._lines.put_nowait(_Job(write))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Inside, what happens is written as it happens; on the way out, all of it has been."""
        writer = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            try:
                await self.written()
            finally:
                await stopped(writer)

    async def written(self) -> None:
        """Wait until everything so far is stored, however long the database fails; told if that is given up."""
        try:
            await self._lines.join()
        except asyncio.CancelledError:
            log.error("call_not_stored", call_id=self._call.id, status=self._call.status, lines=self._lines.qsize())
            raise

    async def _write_on(self) -> None:
        while True:
            line = await self._lines.get()
            await until_stored(partial(self._write, line), self._ledger.clock)
            self._lines.task_done()

    async def _write(self, line: _State | _Note | _Job) -> None:
        if isinstance(line, _Job):
            await line.write()
            return
        if isinstance(line, _Note):
            await self._ledger.calls.note(self._call.id, line.kind, line.facts, line.at)
            self._ledger.bell.ring()
            return
        await self._ledger.calls.save(line.call, line.callback)
        if line.callback is not None:
            self._ledger.wake_courier()


def _callback(call: Call, at: datetime) -> NewCallback | None:
    if not call.status_callback or (
        call.status_callback_events and event_name(call) not in call.status_callback_events
    ):
        return None
    return NewCallback(call.status_callback, status_form(call, at), call.status_callback_method)
