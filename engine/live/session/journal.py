"""One call's value, and its way to the database without ever holding up the call.

Changes take effect in memory at once and are written in order behind the call's back; a database that fails
is tried again until it is well. Only what must be durable beforehand (a call before its INVITE) is awaited.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from engine.aio.change_notifier import ChangeNotifier
from engine.aio.tasks import started, stopped
from engine.errors import PolicyRefused
from engine.live.session.call_changes import CallChanges
from engine.metrics.meters import Meters
from engine.metrics.table import CallStep, Metric
from engine.model.call import Attempt, Call, Event, after
from engine.model.call_policy import PolicyRefusal
from engine.ports import Clock, RtpStats
from engine.store.calls import CallbackBehindOthers, Calls
from engine.store.connections import Job, T
from engine.store.outbox import NewCallback
from engine.webhooks.payloads.call import event_name, status_form
from engine.webhooks.payloads.discretion import Discretion
from engine.webhooks.payloads.line import line_facts
from engine.webhooks.payloads.policy import operator_form

log = structlog.get_logger(__name__)


EventListener = Callable[[str, str, Mapping[str, Any]], None]
"""Hears of an event as it happens: the call's id, its kind and its facts."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Shared by all journals: where calls are stored, their price (EUR; None if unknown), what events may tell.

    `listeners` hear of an event as it happens, before it is stored. `operator_url` is told of what policies refuse.
    """

    calls: Calls
    clock: Clock
    price: Callable[[Call], Decimal | None]
    wake_courier: Callable[[], None]
    bell: ChangeNotifier = field(default_factory=ChangeNotifier)
    discretion: Discretion = field(default_factory=Discretion)
    meters: Meters = field(default_factory=Meters)
    listeners: list[EventListener] = field(default_factory=list)
    operator_url: str | None = None


class Journal:
    """The call as it is now, and what is still to be written of it."""

    def __init__(self, call: Call, ledger: Ledger, *, at: datetime | None = None) -> None:
        """`at` is when what is told of it happened, where that is over."""
        self._call = call
        self._ledger = ledger
        self._changes = CallChanges(ledger.clock, ledger.calls)
        self._stored: Call | None = None
        """As it is in the database, so that only what is new is written."""
        self._began_s = ledger.clock.monotonic()
        self._began_at = max(at or ledger.clock.now(), call.start_time)
        self._answered_s: float | None = None
        self._writer: asyncio.Task[None] | None = None
        self._settlement: Callable[[Call], Job[None]] | None = None
        self._via = ""
        """Who carries the call, once it is known."""

    @property
    def call(self) -> Call:
        return self._call

    @property
    def stepped_over(self) -> int:
        """How many changes were left out, for they could not be stored."""
        return self._changes.stepped_over

    @property
    def oldest_unstored_s(self) -> float:
        """How long the oldest change has waited to be stored."""
        return self._changes.oldest_s

    @property
    def answered_for_s(self) -> float:
        """Seconds since the answer; 0 before."""
        return 0.0 if self._answered_s is None else self._ledger.clock.monotonic() - self._answered_s

    def settle_with(self, settlement: Callable[[Call], Job[None]]) -> None:
        """Have this written with its end, of the call as it has ended."""
        self._settlement = settlement

    async def open(self, also: Job[T] | None = None) -> T | None:
        """Store the call and its first status callback, and do something `also`: all or nothing. Raises StoreError."""
        call = self._call
        callback = _callback(call, call.start_time)
        done = await self._ledger.calls.add(call, callback, also)
        self._stored = call
        if callback is not None:
            self._ledger.wake_courier()
        log.info("call_began", call_id=call.id, direction=call.direction.value, from_=call.from_, to=call.to)
        return done

    async def open_ended(self) -> None:
        """Store a call that is over already, with all that has happened: it never counts as one that goes on.

        Raises StoreError.
        """
        jobs, then = self._changes.take_all()
        await self._ledger.calls.add_ended(self._call, jobs)
        then()

    async def store_if(self, may: Job[bool]) -> bool:
        """Store all that has happened where this job says that it may be: all of it and the job, or nothing.

        Raises StoreError.
        """
        jobs, then = self._changes.take_all()
        if not await self._ledger.calls.write_if(may, jobs):
            return False
        then()
        return True

    async def resume(self, job: Job[T]) -> T:
        """Do this before a call goes on that is stored already. Raises StoreError, and what it raises."""
        self._stored = self._call
        return await self._ledger.calls.do(job)

    def happened(self, event: Event, **facts: Any) -> Call:
        """Move the call along its table, with further fields. Raises UnexpectedEvent."""
        call = after(self._call, event, self._now(), **facts)
        if call.answer_time is not None and self._answered_s is None:
            self._answered_s = self._ledger.clock.monotonic()
        if call.ended:
            call = replace(call, price=self._ledger.price(call))
            self._log_end(call)
            if self._settlement is not None:
                self.keep(self._settlement(call))
        self._ledger.meters.measure(CallStep(event, call, self._ledger.clock.monotonic() - self._began_s))
        self._call = call
        callback = _callback(call, self._now())
        # What nobody is told of, and is not the end, goes with what others store.
        self._save(callback, now=call.ended or callback is not None)
        codes = {name: facts[name] for name in ("sip_code", "sip_reason", "q850_cause") if facts.get(name) is not None}
        self.note_event("status", status=call.status.value, **codes)
        return call

    def _now(self) -> datetime:
        """Counted on from the beginning: no length, and no order of events, must hang on a clock that is set."""
        lasted_ms = round((self._ledger.clock.monotonic() - self._began_s) * 1000)
        return self._began_at + timedelta(milliseconds=lasted_ms)

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

    def count(self, metric: Metric) -> None:
        """Count once more what happens to calls."""
        self._ledger.meters.count(metric)

    def carried_by(self, via: str) -> None:
        """Store who carries the call."""
        self._via = via

    def set(self, **facts: Any) -> None:
        """Change fields that are no status."""
        self._call = replace(self._call, **facts)
        self._save(None, now=False)

    def tried(self, attempt: Attempt) -> None:
        """Add to the explanation of the call."""
        self.set(attempts=(*self._call.attempts, attempt), trunk=attempt.trunk or self._call.trunk)

    def note_event(self, kind: str, **facts: Any) -> None:
        """Add to the call's events."""
        told = self._ledger.discretion.facts(kind, facts)
        for listener in self._ledger.listeners:
            listener(self._call.id, kind, told)
        event = self._ledger.calls.noting(self._call.id, kind, told, self._now())
        self._keep(lambda: event, self._ledger.bell.ring, now=False)

    def refused_by_policy(self, refused: PolicyRefused) -> None:
        """Tell that a call which this one began, or this one itself, was not allowed; the operator is told too."""
        self.note_event(
            "policy_refused", rule=refused.rule, level=refused.level, number=refused.number, reason=str(refused)
        )
        self._tell_operator("policy_refused", refused.rule, refused.level, refused.number, str(refused))

    def note_policy_alarm(self, alarm: PolicyRefusal) -> None:
        """Tell that a policy wants to be told of this call, which goes on."""
        number, rule, level = self._call.to, alarm.rule.value, alarm.level.value
        self.note_event("policy_alarm", rule=rule, level=level, number=number, reason=alarm.why)
        self._tell_operator("policy_alarm", rule, level, number, alarm.why)

    def cut_by_policy(self, refusal: PolicyRefusal) -> None:
        """Tell that a policy ends this call, in its events and its explanation."""
        number, rule, level = self._call.to, refusal.rule.value, refusal.level.value
        self.tried(Attempt(f"policy of the {level}", number, refusal.why))
        self._ledger.meters.count(Metric.CALLS_ENDED_BY_POLICY, rule=rule)
        self.note_event("policy_cut", rule=rule, level=level, number=number, reason=refusal.why)
        self._tell_operator("policy_cut", rule, level, number, refusal.why)

    def _tell_operator(self, event: str, rule: str, level: str, number: str, reason: str) -> None:
        if self._ledger.operator_url is None:
            return
        now = self._now()
        form = operator_form(self._call, now, event=event, rule=rule, level=level, number=number, reason=reason)
        job = CallbackBehindOthers(self._call.id, NewCallback(self._ledger.operator_url, form), now)
        self._keep(lambda: job, self._ledger.wake_courier, now=True)

    def note_line(self, figures: RtpStats) -> None:
        """Add what its line was like to the call's events, and count what strangers sent to it."""
        self.note_event("line", **line_facts(figures))
        self._ledger.meters.count(Metric.STRANGE_PACKETS, figures.strange_packets)

    def background_failed(self, task: str, error: BaseException) -> None:
        """Tell in the call's events that something beside the call has failed; the log tells how."""
        self.note_event("background_failed", task=task, reason=type(error).__name__)

    def keep(self, job: Job[Any]) -> None:
        """Write something else of the call, in its turn."""
        self._keep(lambda: job, _nothing, now=False)

    def _keep(self, job: Callable[[], Job[Any]], then: Callable[[], None], *, now: bool) -> None:
        self._changes.add(job, then, call_id=self._call.id, now=now)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Inside, what happens is written as it happens; on the way out, all of it has been."""
        self.begin_writing()
        try:
            yield
        finally:
            await self.end_writing()

    def begin_writing(self) -> None:
        """What happens is written as it happens, from now on until `end_writing`."""
        self._writer = started(self._changes.run())

    async def end_writing(self) -> None:
        """Write all that is left, however long the database fails, and no more after that."""
        try:
            await self.wait_until_written()
        finally:
            if self._writer is not None:
                await stopped(self._writer)

    async def stored(self) -> None:
        """Wait until everything so far is stored, and let nothing of it wait for more to come."""
        await self._changes.wait_until_written()

    async def wait_until_written(self) -> None:
        """Wait until everything so far is stored, however long the database fails; told if that is given up."""
        try:
            await self._changes.wait_until_written()
        except asyncio.CancelledError:
            log.error("call_not_stored", call_id=self._call.id, status=self._call.status, lines=self._changes.waiting)
            raise

    def _save(self, callback: NewCallback | None, *, now: bool) -> None:
        call = self._call

        def stored() -> None:
            self._stored = call
            if callback is not None:
                self._ledger.wake_courier()

        self._keep(lambda: self._ledger.calls.saving(call, callback, stored=self._stored), stored, now=now)


def _nothing() -> None:
    """What follows where nothing does."""


def _callback(call: Call, at: datetime) -> NewCallback | None:
    options = call.options
    if not options.status_callback or (
        options.status_callback_events and event_name(call) not in options.status_callback_events
    ):
        return None
    return NewCallback(options.status_callback, status_form(call, at), options.status_callback_method or "POST")
