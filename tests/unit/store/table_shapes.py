"""What programs rely on in the tables, step by step of the migrations, and what a step takes away of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Inspector, inspect, text

from engine.store.migration import configured
from engine.store.schema_version import FIRST_READER
from engine.store.triggers import is_sqlite

_OF_ALEMBIC = "alembic_version"
_PARTS = text("SELECT relname FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')")


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column as who inserts rows, and reads them, has to know it."""

    type: str
    nullable: bool
    has_default: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's columns, and its rules for rows."""

    columns: dict[str, ColumnShape]
    keys: frozenset[frozenset[str]]
    """Columns that are one row's alone, its primary key among them: what ON CONFLICT may name."""
    rules: frozenset[str]
    """Its CHECKs and foreign keys, as SQL or nearly."""


def steps_on(connection: Connection) -> Iterator[tuple[Script, list[str]]]:
    """Each step after the first that others read, and what it takes away, carried out on an empty database."""
    config = configured(connection)
    scripts = [*reversed([*ScriptDirectory.from_config(config).walk_revisions()])]
    command.upgrade(config, FIRST_READER)
    before = shapes(connection)
    for script in [each for each in scripts if each.revision > FIRST_READER]:
        command.upgrade(config, script.revision)
        after = shapes(connection)
        yield script, taken_away(before, after)
        before = after


def shapes(connection: Connection) -> dict[str, TableShape]:
    """The tables that there are, by name; a part of one is no table of its own."""
    inspector = inspect(connection)
    parts = set() if is_sqlite(connection) else {*connection.scalars(_PARTS)}
    names = {*inspector.get_table_names()} - parts - {_OF_ALEMBIC}
    return {name: _shape(inspector, name, parts) for name in names}


def taken_away(before: dict[str, TableShape], after: dict[str, TableShape]) -> list[str]:
    """What a program that knows the tables of before would miss, or run into."""
    return [fault for name, table in before.items() for fault in _faults(name, table, after.get(name))]


def _faults(name: str, before: TableShape, after: TableShape | None) -> Iterator[str]:
    if after is None:
        yield f"{name} is gone"
        return
    for column, shape in before.columns.items():
        now = after.columns.get(column)
        if now is None:
            yield f"{name}.{column} is gone"
        elif now.type != shape.type:
            yield f"{name}.{column} was {shape.type}, and is {now.type}"
        elif shape.nullable and not now.nullable:
            yield f"{name}.{column} is never empty any more"
        elif shape.has_default and not now.has_default:
            yield f"{name}.{column} has no default any more"
    for column in after.columns.keys() - before.columns.keys():
        if not after.columns[column].nullable and not after.columns[column].has_default:
            yield f"{name}.{column} is new, never empty, and has no default"
    yield from (f"{name}: {sorted(key)} are no key any more" for key in before.keys - after.keys)
    yield from (f"{name}: {sorted(key)} are a key now" for key in after.keys - before.keys)
    yield from (f"{name}: a new rule, {rule}" for rule in after.rules - before.rules)


def _shape(inspector: Inspector, table: str, parts: set[str]) -> TableShape:
    columns = {
        each["name"]: ColumnShape(str(each["type"]), each["nullable"], _fills_itself(each))
        for each in inspector.get_columns(table)
    }
    keys = [inspector.get_pk_constraint(table)["constrained_columns"]]
    keys += [each["column_names"] for each in inspector.get_unique_constraints(table)]
    keys += [[name or "" for name in each["column_names"]] for each in inspector.get_indexes(table) if each["unique"]]
    rules = [each["sqltext"] for each in inspector.get_check_constraints(table)]
    rules += [
        f"{each['constrained_columns']} of {each['referred_table']}"
        for each in inspector.get_foreign_keys(table)
        if each["referred_table"] not in parts
    ]
    return TableShape(columns, frozenset(frozenset(each) for each in keys if each), frozenset(rules))


def _fills_itself(column: Any) -> bool:
    return column["default"] is not None or bool(column.get("identity")) or bool(column.get("autoincrement") is True)
