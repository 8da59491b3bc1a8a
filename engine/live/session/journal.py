"""One call's value, and its way to the database without ever holding up the call.

Changes take effect in memory at once and are written in order behind the call's back; a database that fails
is tried again until it is well. Only what must be durable beforehand (a call before its INVITE) is awaited.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import structlog

from engine.aio.change_notifier import ChangeNotifier
from engine.aio.ordered_writer import Change, OrderedWriter
from engine.aio.tasks import started, stopped
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.call import Attempt, Call, Event, after
from engine.ports import Clock
from engine.store import Calls, NewCallback
from engine.webhooks.payloads.call import event_name, status_form
from engine.webhooks.payloads.discretion import Discretion

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What every journal writes to, how a call is priced (EUR; None where it can't be), and what events may tell."""

    calls: Calls
    clock: Clock
    price: Callable[[Call], Decimal | None]
    wake_courier: Callable[[], None]
    bell: ChangeNotifier = field(default_factory=ChangeNotifier)
    discretion: Discretion = field(default_factory=Discretion)
    meters: Meters = field(default_factory=Meters)


class Journal:
    """The call as it is now, and what is still to be written of it."""

    def __init__(self, call: Call, ledger: Ledger) -> None:
        self._call = call
        self._ledger = ledger
        self._writer = OrderedWriter(ledger.clock)
        self._began_s = ledger.clock.monotonic()
        self._answered_s: float | None = None
        self._via = ""
        """Who carries the call, once it is known."""

    @property
    def call(self) -> Call:
        return self._call

    @property
    def stepped_over(self) -> int:
        """How many changes were left out, for they could not be stored."""
        return self._writer.stepped_over

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
        self._measure(event, call)
        self._call = call
        self.keep(partial(self._save, call, _callback(call, self._ledger.clock.now())))
        codes = {name: facts[name] for name in ("sip_code", "sip_reason", "q850_cause") if facts.get(name) is not None}
        self.note("status", status=call.status.value, **codes)
        return call

    def _measure(self, event: Event, call: Call) -> None:
        meters, direction = self._ledger.meters, call.direction.value
        since_s = self._ledger.clock.monotonic() - self._began_s
        if event is Event.ALERTED:
            meters.observe(Metric.POST_DIAL_DELAY, since_s, direction=direction)
        if event is Event.ANSWERED:
            meters.observe(Metric.ANSWER_DELAY, since_s, direction=direction)
        if call.ended:
            meters.count(Metric.CALLS_ENDED, direction=direction, status=call.status.value)

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
        self.keep(partial(self._save, self._call))

    def tried(self, attempt: Attempt) -> None:
        """Add to the explanation of the call."""
        self.set(attempts=(*self._call.attempts, attempt))

    def note(self, kind: str, **facts: Any) -> None:
        """Add to the call's events."""
        told = self._ledger.discretion.facts(kind, facts)
        self.keep(partial(self._note, kind, told, self._ledger.clock.now()))

    def background_failed(self, task: str, error: BaseException) -> None:
        """Tell in the call's events that something beside the call has failed; the log tells how."""
        self.note("background_failed", task=task, reason=type(error).__name__)

    def keep(self, write: Change) -> None:
        """Write something else of the call, in its turn."""
        self._writer.add(write, call_id=self._call.id)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Inside, what happens is written as it happens; on the way out, all of it has been."""
        writer = started(self._writer.run())
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
            await self._writer.written()
        except asyncio.CancelledError:
            log.error("call_not_stored", call_id=self._call.id, status=self._call.status, lines=self._writer.waiting)
            raise

    async def _save(self, call: Call, callback: NewCallback | None = None) -> None:
        await self._ledger.calls.save(call, callback)
        if callback is not None:
            self._ledger.wake_courier()

    async def _note(self, kind: str, facts: dict[str, Any], at: datetime) -> None:
        await self._ledger.calls.note(self._call.id, kind, facts, at)
        self._ledger.bell.ring()


def _callback(call: Call, at: datetime) -> NewCallback | None:
    options = call.options
    if not options.status_callback or (
        options.status_callback_events and event_name(call) not in options.status_callback_events
    ):
        return None
    return NewCallback(options.status_callback, status_form(call, at), options.status_callback_method or "POST")
