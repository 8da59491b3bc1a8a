"""Statements that are run for each call, whose SQL is worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import StatementError

Values = Mapping[str, object]
_Convert = Callable[[Any], Any]


class PreparedChange:
    """A change whose places are named by the values that it is run with.

    SQLite's driver is handed SQL and values as it wants them: SQLAlchemy's way there takes longer than SQLite does.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Gives the number of rows that it met."""
        if not _is_sqlite(connection):
            return connection.execute(self._statement, values).rowcount
        plan = self._plan(connection, values)
        met: int = _driver(connection).execute(plan.sql, plan.parameters(values)).rowcount
        return met

    def run_for_each(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it with each of several values that have the same names; with none, nothing happens."""
        if not rows:
            return
        if not _is_sqlite(connection):
            connection.execute(self._statement, rows)
            return
        plan = self._plan(connection, rows[0])
        _driver(connection).executemany(plan.sql, map(plan.parameters, rows))

    def _plan(self, connection: Connection, values: Values) -> "_Plan":
        names = tuple(values)
        plan = self._plans.get(names)
        if plan is None:
            plan = self._plans[names] = _planned(self._statement, connection.dialect, names)
        return plan


class PreparedQuery:
    """A query for one row, whose places are named by the values that it is run with."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._plan: _Plan | None = None
        self._cells: list[tuple[str, _Convert]] = []

    def first(self, connection: Connection, values: Values) -> Mapping[Any, Any] | None:
        """The first row by the names of its columns, if there is one."""
        if not _is_sqlite(connection):
            return connection.execute(self._statement, values).mappings().first()
        if self._plan is None:
            dialect = connection.dialect
            self._cells = [
                (str(each.key), _from_driver(each.type, dialect)) for each in self._statement.selected_columns
            ]
            self._plan = _planned(self._statement, dialect, tuple(values))
        row = _driver(connection).execute(self._plan.sql, self._plan.parameters(values)).fetchone()
        if row is None:
            return None
        return {name: convert(cell) for (name, convert), cell in zip(self._cells, row, strict=True)}


@dataclass(frozen=True, slots=True)
class _Plan:
    """SQL for SQLite's driver, and which values go to its places, each as the driver wants it."""

    sql: str
    places: tuple[tuple[str, _Convert], ...]
    fixed: Values
    """Values that are part of the statement."""

    def parameters(self, values: Values) -> list[Any]:
        known = {**self.fixed, **values} if self.fixed else values
        try:
            return [convert(known[name]) for name, convert in self.places]
        except ValueError as error:
            raise StatementError(str(error), self.sql, None, error) from error


def _planned(statement: Insert | Update | Delete | Select[Any], dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    fixed = {name: bind.value for name, bind in compiled.binds.items() if name not in names}
    places = tuple((name, _to_driver(compiled.binds[name].type, dialect)) for name in compiled.positiontup)
    return _Plan(str(compiled), places, fixed)


def _to_driver(kind: Any, dialect: Dialect) -> _Convert:
    convert: _Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert or _as_it_is


def _from_driver(kind: Any, dialect: Dialect) -> _Convert:
    convert: _Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _driver(connection: Connection) -> Any:
    """SQLite's own connection, in the transaction that was begun."""
    return connection.connection.driver_connection
