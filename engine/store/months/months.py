"""The parts of a database's tables: made before their month begins, dropped when all in them is past its time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, text

from engine.privacy.audit import AuditEntry
from engine.store.audit import append
from engine.store.database import Database
from engine.store.months.ending import is_over
from engine.store.months.making import is_in_other, make_parts, months_from
from engine.store.months.month import Month
from engine.store.months.monthly_table import MonthlyTable, MonthPart

_ALONE: Final = text("SELECT pg_try_advisory_xact_lock(:lock)")
_MAKING_LOCK: Final = 0x7E1EF037
"""The advisory lock of the node that makes parts; what it makes others find an hour later."""
_SOON_COUNTED: Final = 1_000_000
_LOCK_WITHIN: Final = "SET LOCAL lock_timeout = '200ms'"
"""Who waits for a lock on a table makes others wait behind him: not for long, rather once more an hour later."""


@dataclass(frozen=True, slots=True)
class MadeParts:
    """The names of parts that were made, and of those that can't be, as rows of theirs are in `other` already."""

    made: Collection[str] = ()
    too_late: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class DroppedPart:
    """A part that is gone, and how many rows with it: where they were many, as PostgreSQL estimates."""

    name: str
    rows: int


class Months:
    """Nothing is made and nothing dropped where tables are whole, as on SQLite. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def make(self, table: MonthlyTable, now: datetime) -> MadeParts:
        """Make the parts of this month and the next ones that lack."""

        def job(connection: Connection) -> MadeParts:
            if not table.is_parted(connection) or not connection.scalar(_ALONE, {"lock": _MAKING_LOCK}):
                return MadeParts()
            connection.exec_driver_sql(_LOCK_WITHIN)
            months = months_from(Month.of(now))
            made = make_parts(connection, table, months)
            late = [part.name for part in map(table.of, months) if is_in_other(connection, table, part)]
            return MadeParts([part.name for part in made], late)

        done = await self._db.write(job)
        if done.made:
            # PostgreSQL looks at parts by itself, for its plans, and never at the table that they are of.
            await self._db.change(text(f"ANALYZE {table.name}"))
        return done

    async def drop(self, table: MonthlyTable, before: datetime, actor: str, now: datetime) -> list[DroppedPart]:
        """Drop the parts of which every row is from before a moment and not held. It is on the audit log."""
        over = await self._db.read(partial(_over, table=table, before=before))
        dropped = [await self._db.write(_Dropping(table, part, before, actor, now)) for part in over]
        return [each for each in dropped if each is not None]


@dataclass(frozen=True, slots=True)
class _Dropping:
    """The job that drops a part, if it is over still."""

    table: MonthlyTable
    part: MonthPart
    before: datetime
    actor: str
    now: datetime

    def __call__(self, connection: Connection) -> DroppedPart | None:
        connection.exec_driver_sql(_LOCK_WITHIN)
        # Who sets a hold just now waits. PostgreSQL can't detach CONCURRENTLY beside a part for all others.
        connection.exec_driver_sql("LOCK TABLE legal_holds IN SHARE MODE")
        dropped = DroppedPart(self.part.name, _rows(connection, self.part))
        connection.exec_driver_sql(f"LOCK TABLE {self.table.name} IN ACCESS EXCLUSIVE MODE")
        if self.part not in self.table.parts(connection) or not is_over(connection, self.table, self.part, self.before):
            return None
        connection.exec_driver_sql(f"ALTER TABLE {self.table.name} DETACH PARTITION {self.part.name}")
        connection.exec_driver_sql(f"DROP TABLE {self.part.name}")
        if dropped.rows:
            entry = AuditEntry(self.actor, "retention.month", self.part.name, {"rows": dropped.rows})
            append(connection, entry, self.now)
        return dropped


def _over(connection: Connection, table: MonthlyTable, before: datetime) -> list[MonthPart]:
    if not table.is_parted(connection):
        return []
    return [part for part in table.parts(connection) if is_over(connection, table, part, before)]


def _rows(connection: Connection, part: MonthPart) -> int:
    estimate = connection.scalar(
        text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)"), {"name": part.name}
    )
    if estimate is not None and estimate > _SOON_COUNTED:
        return int(estimate)
    return int(connection.scalar(text(f"SELECT count(*) FROM {part.name}")) or 0)
