"""Tables as their rows lie in the database: a row that is read so and written so is the same, whatever it means."""

from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, MetaData, Table, Text, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class JsonOfText(FunctionElement[str]):
    """Text as a column of JSON takes it."""

    inherit_cache = True


@compiles(JsonOfText, "sqlite")
def _itself(element: JsonOfText, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(JsonOfText, "postgresql")
def _as_json(element: JsonOfText, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS JSON)"


class JsonText(TypeDecorator[str]):
    """A column of JSON as the text that it is: nothing is read of it and written otherwise."""

    impl = Text
    cache_ok = True

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[str]:
        return cast(column, Text)

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[str]:
        return JsonOfText(bindparam)


def as_stored(table: Table) -> Table:
    """The same table, of whose values only those are translated that the databases keep each in its own way."""
    columns = (Column(each.name, _stored_type(each.type), primary_key=each.primary_key) for each in table.columns)
    return Table(table.name, MetaData(), *columns)


def _stored_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Our own types that lie alike in every database are as these keep them; times and amounts stay ours."""
    if isinstance(kind, TypeDecorator) and type(kind).load_dialect_impl is TypeDecorator.load_dialect_impl:
        kind = kind.impl_instance
    return JsonText() if isinstance(kind, JSON) else kind
