"""Calls, their events, and the status callbacks that come with their changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from engine.aio.signal import Signal
from engine.errors import StoreError
from engine.model.call import FINAL, Call, Status
from engine.model.call_options import CallOptions
from engine.store.call_counts import call_counts
from engine.store.call_filter import CallFilter
from engine.store.connections import Job, T
from engine.store.database import Database
from engine.store.notices import Topic, tell
from engine.store.outbox import NewCallback, enqueue
from engine.store.page_cursor import PageCursor
from engine.store.prepared import PreparedChange, PreparedQuery
from engine.store.tables.calls import call_events, calls
from engine.store.values import RowReader, changes_of, values_of

_OPEN = tuple(status for status in Status if status not in FINAL)
_NEWEST_FIRST: Final = (calls.c.start_time.desc(), calls.c.id.desc())
_CALLS: Final = RowReader(Call, CallOptions)
# Made once: making them took longer than running them.
_ADD: Final = PreparedChange(insert(calls))
_SAVE: Final = PreparedChange(update(calls).where(calls.c.id == bindparam("this")))
_NOTE: Final = PreparedChange(insert(call_events).inline())
_ONE: Final = PreparedQuery(select(calls).where(calls.c.id == bindparam("this")))


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something that happened on a call, for those who look into it later; `id` counts up over all calls."""

    id: int
    call_id: str
    at: datetime
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """A choice of an account's events; empty asks for nothing."""

    account_id: str
    call_id: str | None = None
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NotingEvent:
    """The job that adds an event of these values."""

    values: Mapping[str, object]

    def __call__(self, connection: Connection) -> None:
        _NOTE.run(connection, self.values)
        tell(connection, Topic.EVENTS)


@dataclass(frozen=True, slots=True)
class SavingCall:
    """The job that brings a call's row from what is `stored` to what it is now, and puts callbacks of it in line."""

    call: Call
    stored: Call | None = None
    """None where that is not known: then all of the call is written."""
    callbacks: tuple[tuple[NewCallback, datetime], ...] = ()
    """Each with the time when it is due."""

    def followed_by(self, later: "SavingCall") -> "SavingCall":
        """The job that does what both do, in one statement."""
        return SavingCall(later.call, self.stored, (*self.callbacks, *later.callbacks))

    def __call__(self, connection: Connection) -> None:
        call_id = self.call.id
        changed = values_of(self.call) if self.stored is None else changes_of(self.call, self.stored)
        if _SAVE.run(connection, {"this": call_id, **(changed or {"id": call_id})}) != 1:
            raise StoreError(f"The call {call_id} can't be saved: it was never stored.")
        # The row is now locked, so no other writer counts this call's callbacks at the same time.
        for callback, due in self.callbacks:
            enqueue(connection, call_id, callback, due)


@dataclass(frozen=True, slots=True)
class CallbackBehindOthers:
    """The job that puts a callback behind the call's earlier ones. Raises StoreError where the call is not stored."""

    call_id: str
    callback: NewCallback
    due: datetime

    def __call__(self, connection: Connection) -> None:
        # The row is locked, so no other writer counts this call's callbacks at the same time.
        found = connection.scalar(select(calls.c.id).where(calls.c.id == self.call_id).with_for_update())
        if found is None:
            raise StoreError(f"The call {self.call_id} has no callbacks: it was never stored.")
        enqueue(connection, self.call_id, self.callback, self.due)


class Calls:
    """Every call that was ever asked for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, call: Call, callback: NewCallback | None = None, also: Job[T] | None = None) -> T | None:
        """Durable, with its first status callback and what is `also` done, when this returns; gives what that gives."""

        def job(connection: Connection) -> T | None:
            _ADD.run(connection, values_of(call))
            enqueue(connection, call.id, callback, _known_moment(call))
            return also(connection) if also is not None else None

        return await self._db.write(job)

    async def do(self, job: Job[T]) -> T:
        """Run changes of other tables that belong to a call, in one transaction."""
        return await self._db.write(job)

    async def save(self, call: Call, callback: NewCallback | None = None) -> None:
        """The call as it is now and the callback that tells of it: both or neither. The call must be there."""
        await self._db.write(self.saving(call, callback))

    def saving(self, call: Call, callback: NewCallback | None = None, *, stored: Call | None = None) -> Job[None]:
        """The same, to be written with other changes; only what differs from what is `stored`, where that is known."""
        return SavingCall(call, stored, ((callback, _known_moment(call)),) if callback else ())

    async def write(self, jobs: Sequence[Job[Any]]) -> None:
        """Changes of calls that belong together, in one transaction and few statements; events keep their order."""
        await self._db.write(_together(jobs))

    async def write_if(self, may: Job[bool], jobs: Sequence[Job[Any]]) -> bool:
        """The same where another job of that transaction says that it may be; False, and nothing of it, else."""
        together = _together(jobs)

        def job(connection: Connection) -> bool:
            if not may(connection):
                return False
            together(connection)
            return True

        return await self._db.write(job)

    async def add_ended(self, call: Call, jobs: Sequence[Job[Any]]) -> None:
        """A call that is over before it is stored, with all its changes: at no moment it goes on."""
        await self.add(call, also=_together(jobs))

    async def invitation(self, wanted: Signal) -> None:
        """Wait until others begin a transaction, which what is written next shares; or for `wanted`, or a moment."""
        await self._db.invitation(wanted)

    async def get(self, call_id: str) -> Call | None:
        """Find a call of any account: whoever asks compares."""
        row = await self._db.ask(lambda connection: _ONE.first(connection, {"this": call_id}))
        return call_of(row) if row else None

    async def find(
        self, wanted: CallFilter, page: int = 1, page_size: int = 50, place: PageCursor | None = None
    ) -> tuple[list[Call], int]:
        """One page, newest first, or what is behind a place; and the number of calls over all pages."""
        query = select(calls).where(*wanted.conditions())
        order = _NEWEST_FIRST
        behind = _behind(place)
        count = partial(call_counts, wanted=wanted, by_day=behind is None and page > 1)
        rows, total = await self._db.page(query, order, page, page_size, behind, count)
        return [call_of(row) for row in rows], total

    async def newest(self, wanted: CallFilter, limit: int, place: PageCursor | None = None) -> list[Call]:
        """The newest, or those behind a place; the others are not counted, which takes longer the more there are."""
        behind = _behind(place)
        query = select(calls).where(*wanted.conditions(), *([] if behind is None else [behind]))
        return [call_of(row) for row in await self._db.rows(query.order_by(*_NEWEST_FIRST).limit(limit))]

    async def open_on(self, node: str) -> list[Call]:
        """A node's calls that have not ended, oldest first."""
        query = select(calls).where(calls.c.status.in_(_OPEN), calls.c.node == node)
        return [call_of(row) for row in await self._db.rows(query.order_by(calls.c.start_time, calls.c.id))]

    async def of_trunk(self, trunk: str, limit: int) -> list[Call]:
        """The calls of all accounts that came in by a trunk, or were sent to it last, newest first."""
        found = select(calls).where(calls.c.trunk == trunk).order_by(calls.c.start_time.desc()).limit(limit)
        return [call_of(row) for row in await self._db.rows(found)]

    async def children(self, call_id: str) -> list[Call]:
        """The calls that a call dialled, oldest first."""
        query = select(calls).where(calls.c.parent_id == call_id).order_by(calls.c.start_time, calls.c.id)
        return [call_of(row) for row in await self._db.rows(query)]

    async def add_event(self, call_id: str, kind: str, facts: Mapping[str, object], at: datetime) -> None:
        """Add an event."""
        await self._db.write(self.noting(call_id, kind, facts, at))

    def noting(self, call_id: str, kind: str, facts: Mapping[str, object], at: datetime) -> Job[None]:
        """The same, to be written with other changes."""
        return NotingEvent({"call_id": call_id, "kind": kind, "facts": dict(facts), "at": at})

    async def events(
        self, call_id: str, kinds: Collection[str] = (), after: int = 0, limit: int | None = None
    ) -> list[CallEvent]:
        """A call's events as they were noted; only these kinds, if any are named, and those after an id."""
        query = select(call_events).where(call_events.c.call_id == call_id, call_events.c.id > after)
        if kinds:
            query = query.where(call_events.c.kind.in_(kinds))
        return [CallEvent(**row) for row in await self._db.rows(query.order_by(call_events.c.id).limit(limit))]

    async def events_of_account(self, wanted: EventFilter, after: int, up_to: int, limit: int) -> list[CallEvent]:
        """The events of all of an account's calls after an id and up to another, in the order of ids."""
        query = select(call_events).join(calls, calls.c.id == call_events.c.call_id)
        query = query.where(calls.c.account_id == wanted.account_id, call_events.c.id > after)
        query = query.where(call_events.c.id <= up_to)
        if wanted.call_id is not None:
            query = query.where(call_events.c.call_id == wanted.call_id)
        if wanted.kinds:
            query = query.where(call_events.c.kind.in_(wanted.kinds))
        return [CallEvent(**row) for row in await self._db.rows(query.order_by(call_events.c.id).limit(limit))]


def call_of(row: Mapping[Any, Any]) -> Call:
    """The call of a row of `calls`."""
    return _CALLS.read(row)


def _behind(place: PageCursor | None) -> ColumnElement[bool] | None:
    return place.behind(calls.c.start_time, calls.c.id) if place else None


def _together(jobs: Sequence[Job[Any]]) -> Job[None]:
    """What these do, in few statements."""
    events = [job.values for job in jobs if isinstance(job, NotingEvent)]
    savings = _one_for_each_call(job for job in jobs if isinstance(job, SavingCall))
    others: list[Job[Any]] = [job for job in jobs if not isinstance(job, NotingEvent | SavingCall)]

    def job(connection: Connection) -> None:
        for saving in savings:
            saving(connection)
        for other in others:
            other(connection)
        _NOTE.run_for_each(connection, events)
        if events:
            tell(connection, Topic.EVENTS)

    return job


def _one_for_each_call(savings: Iterable[SavingCall]) -> list[SavingCall]:
    """Jobs that save each call once, as it is in the end."""
    merged: dict[str, SavingCall] = {}
    for each in savings:
        earlier = merged.get(each.call.id)
        merged[each.call.id] = earlier.followed_by(each) if earlier else each
    return list(merged.values())


def _known_moment(call: Call) -> datetime:
    """The latest that the call knows of: it has come by any clock."""
    return call.end_time or call.answer_time or call.start_time
