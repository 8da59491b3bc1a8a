"""How long each account keeps what, and what is due: counted, and removed a batch at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.call import FINAL
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.retention import Kept
from engine.recording import UNFINISHED, Recording
from engine.store.anonymous import anonymise, is_named
from engine.store.database import Database
from engine.store.holds import account_is_free, call_is_free, conference_is_free
from engine.store.privacy_tables import retention_periods
from engine.store.tables import (
    CallbackState,
    call_events,
    calls,
    consents,
    outbox,
    recordings,
    webhook_exchanges,
)


class Retention:
    """Periods by account and kind, and the rows whose time is up. Everything raises StoreError."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms) -> None:
        self._db = db
        self._pseudonyms = pseudonyms

    async def periods(self, account_id: str) -> dict[Kept, int]:
        """Days, where the account has its own."""
        rows = await self._db.rows(select(retention_periods).where(retention_periods.c.account_id == account_id))
        return {row["kind"]: row["days"] for row in rows}

    async def set_period(self, account_id: str, kind: Kept, days: int | None) -> None:
        """None: as the settings say."""
        mine = (retention_periods.c.account_id == account_id) & (retention_periods.c.kind == kind)

        async def job(connection: AsyncConnection) -> None:
            await connection.execute(delete(retention_periods).where(mine))
            if days is not None:
                await connection.execute(insert(retention_periods).values(account_id=account_id, kind=kind, days=days))

        await self._db.write(job)

    async def count(self, account_id: str, kind: Kept, before: datetime) -> int:
        """How many are due."""
        query = select(func.count().label("due")).select_from(_DUE[kind](account_id, before).subquery())
        row = await self._db.row(query)
        return int(row["due"]) if row else 0

    async def remove(self, account_id: str, kind: Kept, before: datetime, limit: int) -> int:
        """Of rows that nothing else keeps, so many at most; how many. Recordings have files: see due_recordings."""

        async def job(connection: AsyncConnection) -> int:
            # A call's holds are looked at in the transaction that removes: one set just now counts.
            due = (await connection.scalars(_DUE[kind](account_id, before).limit(limit))).all()
            if not due:
                return 0
            if kind is Kept.CALLS:
                await anonymise(connection, due, self._pseudonyms)
                return len(due)
            table = _TABLES[kind]
            return (await connection.execute(delete(table).where(table.c.id.in_(due)))).rowcount

        return await self._db.write(job)

    async def held(self, recording_ids: Collection[str]) -> frozenset[str]:
        """Which of these a legal hold keeps."""
        rows = await self._db.rows(select(recordings.c.id).where(recordings.c.id.in_(recording_ids), ~_is_free()))
        return frozenset(row["id"] for row in rows)

    async def due_recordings(self, account_id: str, before: datetime, node: str, limit: int) -> list[Recording]:
        """Those whose files are this node's, the oldest first."""
        due = _DUE[Kept.RECORDINGS](account_id, before)
        query = select(recordings).where(recordings.c.id.in_(due), recordings.c.node == node)
        rows = await self._db.rows(query.order_by(recordings.c.started_at, recordings.c.id).limit(limit))
        return [Recording(**row) for row in rows]


def _calls(account_id: str, before: datetime) -> Select[Any]:
    return select(calls.c.id).where(
        calls.c.account_id == account_id,
        calls.c.status.in_(tuple(FINAL)),
        func.coalesce(calls.c.end_time, calls.c.start_time, type_=calls.c.start_time.type) < before,
        is_named(),
        account_is_free(calls.c.account_id),
        call_is_free(calls.c.id),
    )


def _recordings(account_id: str, before: datetime) -> Select[Any]:
    return select(recordings.c.id).where(
        recordings.c.account_id == account_id,
        recordings.c.status.not_in(UNFINISHED),
        func.coalesce(recordings.c.ended_at, recordings.c.started_at, type_=recordings.c.started_at.type) < before,
        _is_free(),
    )


def _is_free() -> ColumnElement[bool]:
    """No hold keeps the recording."""
    return and_(
        account_is_free(recordings.c.account_id),
        call_is_free(recordings.c.call_id),
        conference_is_free(recordings.c.conference_id),
    )


def _events(account_id: str, before: datetime) -> Select[Any]:
    query = select(call_events.c.id).join(calls, calls.c.id == call_events.c.call_id)
    return query.where(
        calls.c.account_id == account_id,
        calls.c.status.in_(tuple(FINAL)),
        call_events.c.at < before,
        account_is_free(calls.c.account_id),
        call_is_free(call_events.c.call_id),
    )


def _told_at(table: Table) -> Callable[[str, datetime], Select[Any]]:
    """Of a table whose rows have a moment of their own, `at`, beside their account and call."""

    def due(account_id: str, before: datetime) -> Select[Any]:
        return select(table.c.id).where(
            table.c.account_id == account_id,
            table.c.at < before,
            account_is_free(table.c.account_id),
            call_is_free(table.c.call_id),
        )

    return due


def _outbox(account_id: str, before: datetime) -> Select[Any]:
    query = select(outbox.c.id).join(calls, calls.c.id == outbox.c.call_id)
    return query.where(
        calls.c.account_id == account_id,
        outbox.c.state != CallbackState.PENDING,
        outbox.c.settled_at < before,
        account_is_free(calls.c.account_id),
        call_is_free(outbox.c.call_id),
    )


_DUE: Final[Mapping[Kept, Callable[[str, datetime], Select[Any]]]] = {
    Kept.RECORDINGS: _recordings,
    Kept.EVENTS: _events,
    Kept.WEBHOOKS: _told_at(webhook_exchanges),
    Kept.OUTBOX: _outbox,
    Kept.CONSENTS: _told_at(consents),
    Kept.CALLS: _calls,
}
"""Identifiers of what is due. A kind with a table of its own is one function here and one line in each mapping."""

_TABLES: Final = {
    Kept.EVENTS: call_events,
    Kept.WEBHOOKS: webhook_exchanges,
    Kept.OUTBOX: outbox,
    Kept.CONSENTS: consents,
}

SWEPT: Final[Sequence[Kept]] = tuple(_DUE)
"""The accounts' kinds in the order of a sweep: calls last, as they take their events with them."""
