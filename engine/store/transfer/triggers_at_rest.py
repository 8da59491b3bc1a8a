"""Triggers that rest while rows are copied: what they have made of the rows is copied with them, and not made twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, text

from engine.store.tables.complete import metadata
from engine.store.triggers import is_sqlite

_TRIGGERS: Final = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")


@contextmanager
def triggers_at_rest(connection: Connection) -> Iterator[None]:
    """Inside, within the connection's transaction, no trigger of ours does anything; references are still checked."""
    found: list[Any] = []
    if is_sqlite(connection):
        found = [*connection.execute(_TRIGGERS)]
        for each in found:
            connection.exec_driver_sql(f"DROP TRIGGER {each.name}")
    else:
        _switch(connection, "DISABLE")
    yield
    if is_sqlite(connection):
        for each in found:
            connection.exec_driver_sql(each.sql)
    else:
        _switch(connection, "ENABLE")


def _switch(connection: Connection, how: str) -> None:
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} {how} TRIGGER USER")
