"""Gives a table that is whole its parts: it becomes the part before the first month, new rows go to their months.

Its rows stay where they are. What looks at each of them is done by `prepare` while others
write; then `split` takes milliseconds, for which they wait.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from engine.errors import StoreError
from engine.store.months.making import add_own_indexes, make_part, make_parts, months_from
from engine.store.months.month import Month
from engine.store.months.monthly_table import MONTHLY, MonthlyTable

_ROOM: Final = 2
"""Months from the present one on whose rows a table that is not empty still takes: nodes write while it is prepared."""
_KEPT: Final = frozenset({"fk_calls_account_id"})
"""What a table in parts still refers to. A reference to one with parts costs each row more than twice the time, and to
drop a part that refers to calls, PostgreSQL stops all who read or write any call."""
_LOCK_WITHIN: Final = "5s"
"""Who waits for a lock on a table makes all wait behind him: rather the node is started once more."""
_CHECK: Final = re.compile(r"is_before_(\d{4})_(\d{2})")

_SORTS_AS_MADE: Final = text("SELECT 'CA9' < 'CAa' AND 'CAaa' < 'CAab' AND 'CAaf' < 'CAb0'")
_IS_THERE: Final = text("SELECT to_regclass(:name) IS NOT NULL")
_CHECKS: Final = text(
    "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = to_regclass(:name) AND contype = 'c'"
)
_INDEXES: Final = text(
    "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index"
    " WHERE indrelid = to_regclass(:name) AND NOT indisunique"
)
_TRIGGERS: Final = text(
    "SELECT tgname AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger"
    " WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal"
)
_REFERENCES: Final = text(
    "SELECT conname AS name, conrelid::regclass::text AS holder, pg_get_constraintdef(oid) AS definition"
    " FROM pg_constraint WHERE contype = 'f' AND (confrelid = to_regclass(:name) OR conrelid = to_regclass(:name))"
)


def prepare(connection: Connection, now: datetime) -> None:
    """Look at the rows of tables that are still whole, each statement in a transaction of its own; others write on.

    Raises StoreError, and as databases do.
    """
    whole = [table for table in MONTHLY if _is_there(connection, table) and not table.is_parted(connection)]
    if whole:
        _require_order(connection)
        _do(connection, f"SET lock_timeout = '{_LOCK_WITHIN}'")
    for table in whole:
        if not _is_empty(connection, table):
            _prepare(connection, table, Month.of(now).plus(_ROOM))


def forget(connection: Connection) -> None:
    """Undo that where the tables could not be split: rows of later months would be refused."""
    for table in MONTHLY:
        if _is_there(connection, table):
            _drop_checks(connection, table)


def split(connection: Connection, table: MonthlyTable, now: datetime) -> None:
    """Give it parts, in the transaction at hand; one that has them stays as it is. Raises StoreError."""
    if table.is_parted(connection):
        return
    _require_order(connection)
    _do(connection, f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'")
    _do(connection, "SET CONSTRAINTS ALL IMMEDIATE")  # a table whose triggers have still to run can't be altered
    month = _first_month(connection, table, now)
    triggers = _dropped_triggers(connection, table)
    references = _dropped_references(connection, table)
    is_empty = _is_empty(connection, table)
    indexes = _renamed(connection, table)
    _make_parted(connection, table, indexes)
    _move_into(connection, table, table.bound(month))
    if is_empty:
        add_own_indexes(connection, table, table.before)
    make_parts(connection, table, months_from(Month.of(now)))
    _restore(connection, triggers, references)


def _require_order(connection: Connection) -> None:
    if not connection.scalar(_SORTS_AS_MADE):
        raise StoreError(
            "This database does not sort digits and the letters a to f as computers do (Danish and Norwegian don't): "
            "move to one that was created with LC_COLLATE 'C' by `telefoon database move`."
        )


def _prepare(connection: Connection, table: MonthlyTable, month: Month) -> None:
    bound = table.bound(month)
    if connection.scalar(text(f"SELECT max({table.by}) FROM {table.name}")) >= bound:
        return  # identifiers of another make: few, so the rows are looked at, and these moved, when it is split
    _drop_checks(connection, table)
    _do(
        connection,
        f"ALTER TABLE {table.name} ADD CONSTRAINT is_before_{month} CHECK ({table.by} < '{bound}') NOT VALID",
    )
    _do(connection, f"ALTER TABLE {table.name} VALIDATE CONSTRAINT is_before_{month}")


def _first_month(connection: Connection, table: MonthlyTable, now: datetime) -> Month:
    """The first with a part of its own."""
    if _is_empty(connection, table):
        return Month.of(now)
    for name, is_validated in connection.execute(_CHECKS, {"name": table.name}):
        if is_validated and (match := _CHECK.fullmatch(name)):
            return Month(int(match[1]), int(match[2]))
    return Month.of(now).plus(_ROOM)


def _dropped_triggers(connection: Connection, table: MonthlyTable) -> list[RowMapping]:
    found = list(connection.execute(_TRIGGERS, {"name": table.name}).mappings())
    for each in found:
        _do(connection, f"DROP TRIGGER {each['name']} ON {table.name}")
    return found


def _dropped_references(connection: Connection, table: MonthlyTable) -> list[RowMapping]:
    """What refers to it, and what it refers to but for the kept."""
    found = connection.execute(_REFERENCES, {"name": table.name}).mappings()
    dropped = [each for each in found if each["name"] not in _KEPT]
    for each in dropped:
        _do(connection, f"ALTER TABLE {each['holder']} DROP CONSTRAINT {each['name']}")
    return dropped


def _renamed(connection: Connection, table: MonthlyTable) -> list[str]:
    """Free the names of the table, its key and its indexes; gives what makes these indexes."""
    indexes = list(connection.execute(_INDEXES, {"name": table.name}).mappings())
    _do(connection, f"ALTER TABLE {table.name} RENAME TO {table.before}")
    for each in indexes:
        _do(connection, f"ALTER INDEX {each['name']} RENAME TO {each['name'].replace(table.name, table.before, 1)}")
    _do(connection, f"ALTER TABLE {table.before} RENAME CONSTRAINT pk_{table.name} TO pk_{table.before}")
    return [each["definition"] for each in indexes]


def _make_parted(connection: Connection, table: MonthlyTable, indexes: Iterable[str]) -> None:
    like = f"LIKE {table.before} INCLUDING DEFAULTS"
    _do(connection, f"CREATE TABLE {table.name} ({like}) PARTITION BY RANGE ({table.by})")
    if table.has_one_key:
        _do(connection, f"ALTER TABLE {table.name} ADD CONSTRAINT pk_{table.name} PRIMARY KEY (id)")
    for each in connection.execute(_REFERENCES, {"name": table.before}).mappings().all():
        _do(connection, f"ALTER TABLE {table.name} ADD CONSTRAINT {each['name']} {each['definition']}")
    for definition in indexes:
        _do(connection, definition)
    make_part(connection, table, table.other, "DEFAULT")
    if sequence := connection.scalar(text(f"SELECT pg_get_serial_sequence('{table.before}', 'id')")):
        _do(connection, f"ALTER SEQUENCE {sequence} OWNED BY {table.name}.id")


def _move_into(connection: Connection, table: MonthlyTable, bound: str) -> None:
    """Make what was the table its first part, without the rows that are not before the first month."""
    behind = f"DELETE FROM {table.before} WHERE {table.by} >= '{bound}' RETURNING *"
    _do(connection, f"WITH behind AS ({behind}) INSERT INTO {table.name} SELECT * FROM behind")
    _do(
        connection,
        f"ALTER TABLE {table.name} ATTACH PARTITION {table.before} FOR VALUES FROM (MINVALUE) TO ('{bound}')",
    )
    _drop_checks(connection, table, table.before)


def _restore(connection: Connection, triggers: Iterable[RowMapping], references: Iterable[RowMapping]) -> None:
    for each in triggers:
        _do(connection, each["definition"])
    for each in references:
        if each["holder"] not in {table.name for table in MONTHLY}:
            # The rows that are there were checked by the reference that is gone: not once more.
            how = f"{each['definition']} NOT VALID"
            _do(connection, f"ALTER TABLE {each['holder']} ADD CONSTRAINT {each['name']} {how}")


def _drop_checks(connection: Connection, table: MonthlyTable, name: str = "") -> None:
    name = name or table.name
    for check, _ in connection.execute(_CHECKS, {"name": name}).all():
        if _CHECK.fullmatch(check):
            _do(connection, f"ALTER TABLE {name} DROP CONSTRAINT {check}")


def _is_there(connection: Connection, table: MonthlyTable) -> bool:
    return bool(connection.scalar(_IS_THERE, {"name": table.name}))


def _is_empty(connection: Connection, table: MonthlyTable) -> bool:
    return not connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table.name})"))


def _do(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
