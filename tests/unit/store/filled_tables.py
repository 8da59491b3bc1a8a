"""Rows for every table, with values at the limits of what their columns hold."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    insert,
)  # fmt: skip

from engine.store.tables.complete import metadata
from engine.store.transfer.ends import BEGUN_WITH
from engine.store.transfer.stored_tables import JsonText, as_stored
from engine.store.transfer.triggers_at_rest import triggers_at_rest
from engine.store.types import EnumColumn, Money, UtcDateTime

_MOST_ROWS: Final = 4
_LARGEST: Final = {Integer: 2**31 - 1, BigInteger: 2**63 - 1}
_NEVER_NEGATIVE: Final = frozenset({"balances.available", "balances.reserved"})


class Rows(dict[str, list[dict[str, Any]]]):
    """Rows by table. They are too many to be printed."""

    def __repr__(self) -> str:
        return f"rows of {len(self)} tables"


_TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_MOMENTS: Final = st.sampled_from(
    [
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 3, 29, 1, 0, 0, 1, UTC),
        datetime(9999, 12, 30, 23, 59, 59, 999_999, UTC),
    ]
)
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_OF_TYPE: Final[Mapping[type, Callable[[Any], st.SearchStrategy[Any]]]] = {
    EnumColumn: lambda kind: st.sampled_from([word.value for word in kind.words]),
    UtcDateTime: lambda _: _MOMENTS,
    Money: lambda _: st.decimals(-(10**15), 10**15, allow_nan=False, places=10) | st.decimals(0, 1, places=4),
    JSON: lambda _: _JSON.map(json.dumps),
    Boolean: lambda _: st.booleans(),
    Date: lambda _: st.sampled_from([date(1, 1, 2), date(2028, 2, 29), date(9999, 12, 31)]),
    Float: lambda _: st.floats(allow_nan=False),
    LargeBinary: lambda _: st.binary(max_size=40),
    String: lambda kind: _texts(kind.length),
}


@st.composite
def filled(draw: st.DrawFn) -> Rows:
    """Rows of all tables, those that others refer to first; a call may refer to one that comes after it."""
    rows = Rows()
    count = draw(st.integers(1, _MOST_ROWS))
    for table in metadata.sorted_tables:
        numbers = range(count if table not in BEGUN_WITH else 1)
        rows[table.name] = [draw(_row(table, number, rows)) for number in numbers]
        _refer_to_each_other(draw, table, rows[table.name])
    return rows


def stored(connection: Connection, rows: Rows) -> None:
    """Write them, and nothing that triggers would make of them."""
    with triggers_at_rest(connection):
        for table in metadata.sorted_tables:
            plain = as_stored(table)
            if table in BEGUN_WITH:
                connection.execute(plain.delete())
            if rows[table.name]:
                connection.execute(insert(plain), [{**row, **_referring(table, None)} for row in rows[table.name]])
            for row in rows[table.name]:
                own = {name: row[name] for name in _referring(table, None)}
                if own:
                    connection.execute(plain.update().where(plain.c.id == row["id"]).values(own))


def _row(table: Table, number: int, others: Rows) -> st.SearchStrategy[dict[str, Any]]:
    single = _single(table)
    values: dict[str, st.SearchStrategy[Any]] = {}
    for column in table.columns:
        referred = next(iter(column.foreign_keys), None)
        if referred is not None and referred.column.table is not table:
            there = [row[referred.column.name] for row in others[referred.column.table.name]]
            values[column.name] = st.just(there[number]) if column.name in single else st.sampled_from(there)
        elif column.name in single:
            values[column.name] = st.just(_value_of_its_own(column, number))
        else:
            values[column.name] = _value(column) | st.none() if column.nullable else _value(column)
    return st.fixed_dictionaries(values)


def _single(table: Table) -> set[str]:
    """Columns that together, or alone, belong to one row."""
    names = {each.name for each in table.primary_key} | {each.name for each in table.columns if each.unique}
    for rule in table.constraints:
        if isinstance(rule, UniqueConstraint):
            names |= {each.name for each in rule.columns}
    for index in table.indexes:
        if index.unique:
            names |= {each.name for each in index.columns}
    return names


def _referring(table: Table, value: Any) -> dict[str, Any]:
    return {each.parent.name: value for each in table.foreign_keys if each.column.table is table}


def _refer_to_each_other(draw: st.DrawFn, table: Table, rows: list[dict[str, Any]]) -> None:
    for name in _referring(table, None):
        for row in rows:
            row[name] = draw(st.none() | st.sampled_from([each["id"] for each in rows]))


def _value_of_its_own(column: Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, EnumColumn):
        words: list[str] = [word.value for word in kind.words]
        return words[number % len(words)]
    if isinstance(kind, Date):
        return date(2026, 1, 1 + number)
    if isinstance(kind, LargeBinary):
        return bytes([number, 0, 255])
    if isinstance(kind, Integer):
        return 2**31 - 1 - number
    length = getattr(kind, "length", None) or getattr(getattr(kind, "impl_instance", None), "length", None) or 40
    return f"{number}{'é' * (length - 1)}"


def _value(column: Column[Any]) -> st.SearchStrategy[Any]:
    kind = column.type
    for ours in (EnumColumn, UtcDateTime, Money):
        if isinstance(kind, ours):
            return _OF_TYPE[ours](kind)
    plain = as_stored(column.table).c[column.name].type
    if isinstance(plain, JsonText):
        return _OF_TYPE[JSON](plain)
    if isinstance(plain, Integer):
        largest = _LARGEST[BigInteger if isinstance(plain, BigInteger) else Integer]
        smallest = 0 if f"{column.table.name}.{column.name}" in _NEVER_NEGATIVE else -largest - 1
        return st.sampled_from([smallest, 0, 1, largest])
    known = next(each for each in (Boolean, Date, Float, LargeBinary, String) if isinstance(plain, each))
    return _OF_TYPE[known](plain)


def _texts(longest: int | None) -> st.SearchStrategy[str]:
    if longest is None:
        return _TEXTS | st.just("☎" * 100)
    return _TEXTS.map(lambda text: text[:longest]) | st.just("☎" * min(longest, 64))
