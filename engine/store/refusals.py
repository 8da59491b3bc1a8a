"""Calls that came in and were refused, one row for all that were refused alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, true, update

from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.privacy.subject import DataSubject
from engine.store.database import Database
from engine.store.tables.refusals import refusals

MOST: Final = 5000
"""Rows. Those that were refused the longest ago make room."""
MOST_OF_STRANGERS: Final = 1000
"""Of them those of unknown sources, so that a flood leaves the others."""


class RefusalStore:
    """They belong to the node, not to an account. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, gathered: Sequence[RefusedCalls]) -> None:
        """Add what was gathered to what there is, in one transaction."""

        def job(connection: Connection) -> None:
            for each in gathered:
                _add(connection, each)
            _make_room(connection)

        await self._db.write(job)

    async def newest(self, limit: int) -> list[RefusedCalls]:
        """List what was refused last, the latest first."""
        query = select(refusals).order_by(refusals.c.last_at.desc()).limit(limit)
        return [_refusal(row) for row in await self._db.rows(query)]

    async def count_before(self, before: datetime) -> int:
        """How many were last refused before a moment."""
        row = await self._db.row(select(func.count().label("due")).where(refusals.c.last_at < before))
        return int(row["due"]) if row else 0

    async def remove_before(self, before: datetime) -> int:
        """Remove what was last refused before a moment; how many."""
        return await self._db.change(delete(refusals).where(refusals.c.last_at < before))


def forget_number(connection: Connection, subject: DataSubject) -> None:
    """Remove what tells that a person's number was called, in whatever form."""
    told = connection.execute(select(refusals).where(refusals.c.number.like(subject.like))).mappings().all()
    for row in told:
        if subject.is_told_in(row["number"]):
            connection.execute(delete(refusals).where(_is(_refusal(row).kind)))


def _add(connection: Connection, refusal: RefusedCalls) -> None:
    again = update(refusals).where(_is(refusal.kind))
    changed = connection.execute(again.values(count=refusals.c.count + refusal.count, last_at=refusal.last_at))
    if changed.rowcount:
        return
    facts = {"count": refusal.count, "first_at": refusal.first_at, "last_at": refusal.last_at}
    connection.execute(insert(refusals), {**_key(refusal.kind), **facts})


def _make_room(connection: Connection) -> None:
    _keep(connection, MOST_OF_STRANGERS, refusals.c.rule == RefusalRule.SOURCE)
    _keep(connection, MOST, true())


def _keep(connection: Connection, most: int, those: ColumnElement[bool]) -> None:
    ages = select(refusals.c.last_at).where(those).order_by(refusals.c.last_at.desc()).offset(most).limit(1)
    oldest = connection.scalar(ages)
    if oldest is not None:
        connection.execute(delete(refusals).where(those, refusals.c.last_at <= oldest))


def _is(kind: RefusalKind) -> ColumnElement[bool]:
    return and_(*(refusals.c[name] == value for name, value in _key(kind).items()))


def _key(kind: RefusalKind) -> dict[str, Any]:
    return {"source": kind.source, "rule": kind.rule, "number": kind.number}


def _refusal(row: Mapping[Any, Any]) -> RefusedCalls:
    kind = RefusalKind(row["source"], row["rule"], row["number"])
    return RefusedCalls(kind, row["count"], row["first_at"], row["last_at"])
