"""The audit log in the database, which refuses to change or delete its rows (triggers of migration 0010)."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from engine.errors import StoreError
from engine.privacy.audit import PRUNED, AuditEntry, AuditRow, Fault, Head, Verifier, chained
from engine.store.database import Database
from engine.store.tables.privacy import audit, audit_head
from engine.store.values import utc_now, values_of

_BATCH: Final = 500


def append(connection: Connection, entry: AuditEntry, at: datetime) -> AuditRow:
    """Add a row at the chain's end, in the transaction of what it tells.

    The head's row stays locked to the transaction's end, so that of two processes each follows the other's row; on
    SQLite a writer is alone anyway.
    """
    head = connection.execute(select(audit_head).with_for_update()).mappings().first()
    if head is None:
        raise StoreError("The audit log has lost its head: the table audit_head is empty.")
    row = chained(entry, at, head["sequence"] + 1, head["hash"])
    connection.execute(insert(audit), values_of(row))
    connection.execute(update(audit_head).values(sequence=row.sequence, hash=row.hash))
    return row


class Audit:
    """Added to, read, verified, and cut off at its beginning when its time is up. Everything raises StoreError."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(self, actor: str, action: str, object_: str, **facts: object) -> AuditRow:
        """Durable when this returns."""
        entry = AuditEntry(actor, action, object_, facts)

        def job(connection: Connection) -> AuditRow:
            return append(connection, entry, self._now())

        return await self._db.write(job)

    async def head(self) -> Head:
        """The end of the chain."""
        row = await self._db.row(select(*[audit_head.c[name] for name in Head.__dataclass_fields__]))
        if row is None:
            raise StoreError("The audit log has lost its head: the table audit_head is empty.")
        return Head(**row)

    async def rows(self, after: int = 0, through: int | None = None) -> AsyncIterator[AuditRow]:
        """The rows after a sequence number, in their order, read a batch at a time."""
        while True:
            query = select(audit).where(audit.c.sequence > after)
            if through is not None:
                query = query.where(audit.c.sequence <= through)
            found = await self._db.rows(query.order_by(audit.c.sequence).limit(_BATCH))
            for row in found:
                yield AuditRow(**row)
            if len(found) < _BATCH:
                return
            after = found[-1]["sequence"]

    async def newest(
        self, most: int, *, actor: str | None = None, action: str | None = None, object_: str | None = None
    ) -> list[AuditRow]:
        """The newest rows in their order: of an actor, of actions that begin so, on an object."""
        query = select(audit).order_by(audit.c.sequence.desc()).limit(most)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        if action is not None:
            query = query.where(audit.c.action.startswith(action, autoescape=True))
        if object_ is not None:
            query = query.where(audit.c.object == object_)
        return [AuditRow(**row) for row in reversed(await self._db.rows(query))]

    async def verify(self, anchor: str | None = None) -> list[Fault]:
        """All that is wrong with the rows that were there when it began; `anchor` is a hash that must be theirs."""
        head = await self.head()
        verifier = Verifier(head, anchor)
        faults: list[Fault] = []
        async for row in self.rows(through=head.sequence):
            faults += verifier.check(row)
        return [*faults, *verifier.end()]

    async def prune(self, actor: str, before: datetime) -> int:
        """Cut off the rows from before a moment and say so in a new row; how many."""

        def job(connection: Connection) -> int:
            head = connection.execute(select(audit_head).with_for_update()).mappings().one()
            # By their order, not by their times: a clock may have been set back.
            kept = select(audit.c.sequence).where(audit.c.at >= before).order_by(audit.c.sequence).limit(1)
            first = connection.scalar(kept)
            through = (first - 1) if first is not None else head["sequence"]
            last = connection.execute(select(audit.c.hash).where(audit.c.sequence == through)).scalar()
            if last is None or through <= head["pruned"]:
                return 0
            connection.execute(update(audit_head).values(pruned=through, pruned_hash=last))
            append(connection, AuditEntry(actor, PRUNED, "audit", {"through": through, "hash": last}), self._now())
            return connection.execute(delete(audit).where(audit.c.sequence <= through)).rowcount

        return await self._db.write(job)
