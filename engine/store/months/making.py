"""Makes the parts of months before their first rows come."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, text

from engine.store.months.month import Month
from engine.store.months.monthly_table import MonthlyTable, MonthPart

AHEAD: Final = 2
"""Months beyond the present one: a node that is down for weeks, or a lock that is not had for weeks, does no harm."""


def months_from(present: Month) -> Sequence[Month]:
    """The months whose parts are to be there."""
    return [present.plus(later) for later in range(AHEAD + 1)]


def make_parts(connection: Connection, table: MonthlyTable, months: Iterable[Month]) -> list[MonthPart]:
    """Make those that lack; which. A month of which rows are in `other` already stays there: it gets none."""
    there = table.parts(connection)
    made = []
    for part in (table.of(month) for month in months):
        is_covered = any(each.until >= part.until for each in there if each.since is None)
        if part in there or is_covered or is_in_other(connection, table, part):
            continue
        make_part(connection, table, part.name, f"FOR VALUES FROM ('{part.since}') TO ('{part.until}')")
        made.append(part)
    return made


def is_in_other(connection: Connection, table: MonthlyTable, part: MonthPart) -> bool:
    """Whether rows that belong to a part that is not there are in `other`."""
    within = f"{table.by} >= :since AND {table.by} < :until"
    query = text(f"SELECT EXISTS (SELECT FROM {table.other} WHERE {within})")
    return bool(connection.scalar(query, {"since": part.since, "until": part.until}))


def make_part(connection: Connection, table: MonthlyTable, name: str, bounds: str) -> None:
    """Make a part of these bounds, in words of PostgreSQL.

    It is attached, not created in its place: that would stop all who read and write the table.
    """
    key = "" if table.has_one_key else f", CONSTRAINT pk_{name} PRIMARY KEY (id)"
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE {table.name} INCLUDING DEFAULTS{key})")
    add_own_indexes(connection, table, name)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} ATTACH PARTITION {name} {bounds}")


def add_own_indexes(connection: Connection, table: MonthlyTable, name: str) -> None:
    """Make the indexes that each part of a table has by itself."""
    for number, index in enumerate(table.own_indexes, start=1):
        connection.exec_driver_sql(f"CREATE INDEX ix_{name}_own_{number} ON {name} USING {index}")
