"""Rows copied from one database into another, a chunk at a time, and compared there with what was read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import NotMoved, StoreError
from engine.store.failure import as_store_error
from engine.store.tables.complete import metadata
from engine.store.transfer.digest import RowsDigest
from engine.store.transfer.ends import BEGUN_WITH
from engine.store.transfer.stored_tables import as_stored
from engine.store.transfer.triggers_at_rest import triggers_at_rest
from engine.store.triggers import is_sqlite

Told = Callable[[str, int, int], None]
"""Is told of each chunk: the table, how many of its rows are there, and how many there are in all."""

_CHUNK: Final = 1000
_SEQUENCE: Final = text("SELECT pg_get_serial_sequence(:table, :column)")


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table of which each row is in the target as it was read, with the digest that both gave."""

    table: str
    rows: int
    digest: str


def copied(target: Connection, source: Connection, told: Told) -> list[MovedTable]:
    """Copy all tables in the order of their references, and read them back. Raises NotMoved where anything differs."""
    for table in BEGUN_WITH:
        target.execute(delete(table))
    with triggers_at_rest(target):
        read = [(table, _copied(target, source, table, told)) for table in metadata.sorted_tables]
    moved = [_compared(target, table, digest) for table, digest in read]
    for table in metadata.sorted_tables:
        _set_sequences_on(target, table)
    return moved


def _copied(target: Connection, source: Connection, table: Table, told: Told) -> RowsDigest:
    """Copy a table. References to its own rows are written once all rows are there, whatever their order."""
    stored, own = as_stored(table), _references_to_itself(table)
    in_all = source.scalar(select(func.count()).select_from(stored)) or 0
    names, digest = stored.columns.keys(), RowsDigest()
    for chunk in _chunks(source, stored):
        digest.add(chunk)
        _insert(target, stored, [{**dict(zip(names, each, strict=True)), **dict.fromkeys(own)} for each in chunk])
        told(table.name, digest.rows, in_all)
    for column in own:
        _refer(target, source, stored, column)
    return digest


def _references_to_itself(table: Table) -> list[str]:
    return [each.parent.name for each in table.foreign_keys if each.column.table is table]


def _chunks(connection: Connection, stored: Table) -> Iterator[Sequence[Row[Any]]]:
    query = select(stored).execution_options(yield_per=_CHUNK)
    with connection.execute(query) as result:
        yield from result.partitions()


def _insert(target: Connection, stored: Table, rows: Sequence[dict[str, Any]]) -> None:
    try:
        with target.begin_nested():
            target.execute(insert(stored), rows)
    except SQLAlchemyError:
        for row in rows:
            _insert_alone(target, stored, row)


def _insert_alone(target: Connection, stored: Table, row: dict[str, Any]) -> None:
    """Insert one row of a chunk that was refused, so that the one which can't be stored is named."""
    try:
        with as_store_error(), target.begin_nested():
            target.execute(insert(stored), row)
    except StoreError as error:
        which = ", ".join(f"{each.name} {row[each.name]}" for each in stored.primary_key)
        raise NotMoved(f"The row of {stored.name} with {which} can't be stored there: {error}") from error


def _refer(target: Connection, source: Connection, stored: Table, column: str) -> None:
    keys = {f"row_{each.name}": each for each in stored.primary_key}
    query = select(*keys.values(), stored.c[column].label("referred")).where(stored.c[column].is_not(None))
    change = update(stored).where(*(each == bindparam(name) for name, each in keys.items()))
    change = change.values({column: bindparam("referred")})
    with source.execute(query.execution_options(yield_per=_CHUNK)) as result:
        for chunk in result.partitions():
            target.execute(change, [dict(zip((*keys, "referred"), each, strict=True)) for each in chunk])


def _compared(target: Connection, table: Table, read: RowsDigest) -> MovedTable:
    there = RowsDigest()
    for chunk in _chunks(target, as_stored(table)):
        there.add(chunk)
    if there != read:
        raise NotMoved(
            f"{table.name} is not there as it was read: {read.rows} rows with digest {read.hex}, and {there.rows} with "
            f"{there.hex}. Nothing is kept in the target, and the source is as it was. This is a fault of ours."
        )
    return MovedTable(table.name, there.rows, there.hex)


def _set_sequences_on(target: Connection, table: Table) -> None:
    """Let the numbers that the database counts up begin behind those that were copied; SQLite does so by itself."""
    if is_sqlite(target):
        return
    for column in table.primary_key:
        sequence = target.scalar(_SEQUENCE, {"table": table.name, "column": column.name})
        if sequence is not None and (last := target.scalar(select(func.max(column)))) is not None:
            target.execute(select(func.setval(sequence, last)))
