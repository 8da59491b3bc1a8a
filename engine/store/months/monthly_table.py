"""Which tables have parts by month, by which of their columns, and which parts there are."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from engine.ids import IdKind, first_id
from engine.privacy.pseudonym import PREFIX
from engine.store.months.month import Month

_BOUNDS: Final = re.compile(r"FOR VALUES FROM \((?:MINVALUE|'(?P<since>\w+)')\) TO \('(?P<until>\w+)'\)")
_PARTS: Final = text(
    "SELECT part.relname, pg_get_expr(part.relpartbound, part.oid) AS bounds FROM pg_inherits"
    " JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = to_regclass(:name)"
)
_IS_PARTED: Final = text("SELECT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(:name))")


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A part of a table: the rows from one identifier on and before another; None where nothing bounds them."""

    name: str
    since: str | None
    until: str


@dataclass(frozen=True, slots=True)
class MonthlyTable:
    """A table in parts, with the key `id`. `by` is the column of identifiers, of one kind, that tell a row's month.

    `own_indexes` are those that each part has and the table has not, in words of PostgreSQL: a table that is filled
    gets its parts without looking at its rows.
    """

    name: str
    by: str
    ids: IdKind
    own_indexes: tuple[str, ...] = ()

    @property
    def has_one_key(self) -> bool:
        """Whether PostgreSQL keeps one key over all parts, which must have `by` in it; else each part has its own."""
        return self.by == "id"

    @property
    def other(self) -> str:
        """The part that takes the rows for which there is no other."""
        return f"{self.name}_other"

    @property
    def before(self) -> str:
        """The part that was the whole table before it had parts."""
        return f"{self.name}_before"

    def of(self, month: Month) -> MonthPart:
        """The part of a month, whether it is there or not."""
        return MonthPart(f"{self.name}_{month}", self.bound(month), self.bound(month.plus(1)))

    def bound(self, month: Month) -> str:
        """Where a month begins."""
        return first_id(self.ids, month.begins)

    def is_parted(self, connection: Connection) -> bool:
        """Whether it has parts in this database: on SQLite never."""
        return connection.dialect.name == "postgresql" and bool(connection.scalar(_IS_PARTED, {"name": self.name}))

    def parts(self, connection: Connection) -> list[MonthPart]:
        """What parts are there, the oldest first, without `other`."""
        found = connection.execute(_PARTS, {"name": self.name}).all()
        bounded = [(name, _BOUNDS.fullmatch(bounds)) for name, bounds in found]
        return sorted(
            (MonthPart(name, m["since"], m["until"]) for name, m in bounded if m), key=lambda part: part.until
        )


def names_of_parts(connection: Connection, table: MonthlyTable) -> list[str]:
    """The names of all its parts, with `other`; none where it is whole."""
    if not table.is_parted(connection):
        return []
    return [name for name, _ in connection.execute(_PARTS, {"name": table.name})]


_NAMED: Final = " OR ".join(f"{column} NOT LIKE '{PREFIX}%'" for column in ("from_", '"to"'))

CALLS: Final = MonthlyTable(
    "calls",
    "id",
    IdKind.CALL,
    ("btree (account_id, end_time)", f"btree (account_id, start_time) WHERE {_NAMED}"),
)
"""Calls stay when the person is taken out of them: a sweep finds those that still name somebody by their index."""
EVENTS: Final = MonthlyTable("call_events", "call_id", IdKind.CALL, ("brin (at) WITH (autosummarize = on)",))
"""By its call, so that all that happened on a call is in one part, however late it happened.

A summary (BRIN) is enough to find what is due: events come nearly in the order of their moments."""
EXCHANGES: Final = MonthlyTable("webhook_exchanges", "id", IdKind.EXCHANGE)

MONTHLY: Final = (CALLS, EVENTS, EXCHANGES)
