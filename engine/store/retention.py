"""Each account's periods of retention, and what is due: counted, and removed a batch at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, insert, not_, select

from engine.model.recording import Recording
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.retention import DataCategory
from engine.store.anonymous import anonymise
from engine.store.database import Database
from engine.store.due import DUE, calls_to_take, recording_is_free, recordings_due
from engine.store.tables.calls import calls
from engine.store.tables.privacy import retention_periods
from engine.store.tables.recordings import recordings

SWEPT: Final[Sequence[DataCategory]] = (DataCategory.RECORDINGS, *DUE)
"""The accounts' kinds in the order of a sweep: calls last, as they take their events with them."""


class Retention:
    """Periods by account and kind, and the rows whose time is up. Everything raises StoreError."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms) -> None:
        self._db = db
        self._pseudonyms = pseudonyms

    async def periods(self, account_id: str) -> dict[DataCategory, int]:
        """Days, where the account has its own."""
        rows = await self._db.rows(select(retention_periods).where(retention_periods.c.account_id == account_id))
        return {row["kind"]: row["days"] for row in rows}

    async def set_period(self, account_id: str, kind: DataCategory, days: int | None) -> None:
        """None: as the settings say."""
        mine = (retention_periods.c.account_id == account_id) & (retention_periods.c.kind == kind)

        def job(connection: Connection) -> None:
            connection.execute(delete(retention_periods).where(mine))
            if days is not None:
                connection.execute(insert(retention_periods).values(account_id=account_id, kind=kind, days=days))

        await self._db.write(job)

    async def count(self, account_id: str, kind: DataCategory, before: datetime) -> int:
        """How many rows are due."""
        return sum([await self._count(query) for query in _queries(account_id, kind, before)])

    async def remove(self, account_id: str, kind: DataCategory, before: datetime, limit: int) -> int:
        """Delete due rows that nothing else keeps, `limit` at most; how many. For recordings see due_recordings."""

        def job(connection: Connection) -> int:
            taken = 0
            for each in DUE[kind]:
                # Holds are looked at in the transaction that removes: one set just now counts.
                due = connection.scalars(each.find(account_id, before).limit(limit - taken)).all()
                if due:
                    each.take(connection, due, self._pseudonyms)
                    taken += len(due)
            return taken

        return await self._db.write(job)

    async def forget_call(self, account_id: str, call_id: str) -> bool:
        """Take the person out of an ended call before its time is up; False where a legal hold keeps it.

        What a bill needs stays: times, duration, price, direction, country. Its events, webhooks and callbacks go.
        """

        def job(connection: Connection) -> bool:
            found = connection.scalars(calls_to_take(account_id).where(calls.c.id == call_id)).all()
            anonymise(connection, found, self._pseudonyms)
            return bool(found)

        return await self._db.write(job)

    async def held(self, recording_ids: Collection[str]) -> frozenset[str]:
        """Which of these a legal hold keeps."""
        query = select(recordings.c.id).where(recordings.c.id.in_(recording_ids), not_(recording_is_free()))
        return frozenset(row["id"] for row in await self._db.rows(query))

    async def due_recordings(self, account_id: str, before: datetime, node: str, limit: int) -> list[Recording]:
        """Due recordings whose files are this node's, the oldest first."""
        due = recordings_due(account_id, before)
        query = select(recordings).where(recordings.c.id.in_(due), recordings.c.node == node)
        rows = await self._db.rows(query.order_by(recordings.c.started_at, recordings.c.id).limit(limit))
        return [Recording(**row) for row in rows]

    async def _count(self, due: Select[Any]) -> int:
        row = await self._db.row(select(func.count().label("due")).select_from(due.subquery()))
        return int(row["due"]) if row else 0


def _queries(account_id: str, kind: DataCategory, before: datetime) -> Sequence[Select[Any]]:
    if kind is DataCategory.RECORDINGS:
        return [recordings_due(account_id, before)]
    return [each.find(account_id, before) for each in DUE[kind]]
