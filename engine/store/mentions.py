"""Looks for a number in every text that is stored, whatever table and column it is in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, Column, Connection, String, Table, Text, bindparam, cast, or_, select, update
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.privacy.subject import DataSubject
from engine.store.data_kinds import data_of_table
from engine.store.tables.complete import metadata
from engine.store.types import EnumColumn, Money, UtcDateTime

_SHORTEST_TEXT: Final = 64
"""Shorter columns hold identifiers, languages and hashes, not what people write."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A row that tells the number; `texts` are those of its columns that do, as stored."""

    table: str
    key: Mapping[str, Any]
    texts: Mapping[str, str]


def mentions(connection: Connection, subject: DataSubject) -> list[Mention]:
    """All of them, of any account."""
    found: list[Mention] = []
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if _is_text(column)]
        if not columns or not data_of_table(table).searched:
            continue
        keys = list(table.primary_key.columns)
        raw = [cast(column, Text).label(f"raw_{column.name}") for column in columns]
        query = select(*keys, *raw).where(or_(*(cast(column, Text).like(subject.like) for column in columns)))
        for row in connection.execute(query).mappings():
            texts = {column.name: row[f"raw_{column.name}"] for column in columns}
            told = {name: text for name, text in texts.items() if text and subject.is_told_in(text)}
            if told:
                found.append(Mention(table.name, {key.name: row[key.name] for key in keys}, told))
    return found


def replace_mention(connection: Connection, mention: Mention, subject: DataSubject, by: str) -> None:
    """Put a pseudonym in the number's place."""
    table = metadata.tables[mention.table]
    changed = {name: subject.replaced(text, by) for name, text in mention.texts.items()}
    values = {table.c[name]: _stored(connection, table.c[name], text) for name, text in changed.items()}
    where = [table.c[name] == value for name, value in mention.key.items()]
    connection.execute(update(table).where(*where).values(values))


def account_of(mention: Mention, row: Mapping[str, Any], owners: Mapping[str, str]) -> str | None:
    """The account whose row it is: by its own word, its call's or its conference's."""
    if "account_id" in row:
        return str(row["account_id"])
    return owners.get(str(row.get("call_id") or row.get("conference_id") or mention.key.get("id")))


def tables_of_calls() -> Iterator[Table]:
    """Every table whose rows belong to a call."""
    for table in metadata.sorted_tables:
        if "call_id" in table.columns:
            yield table


def _is_text(column: Column[Any]) -> bool:
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, UtcDateTime | Money | EnumColumn):
        return False
    inner = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(inner, JSON):
        return True
    return isinstance(inner, String) and (inner.length is None or inner.length > _SHORTEST_TEXT)


def _stored(connection: Connection, column: Column[Any], text: str) -> Any:
    """The text as it is, past the column's own spelling of values; PostgreSQL wants to hear that it is JSON."""
    value = bindparam(f"new_{column.name}", text, type_=Text)
    inner = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return cast(value, JSON) if isinstance(inner, JSON) and connection.dialect.name == "postgresql" else value
