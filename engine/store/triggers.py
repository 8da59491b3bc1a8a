"""Triggers on `calls`: made and dropped alike, whatever they do, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

Statements = Callable[[], Iterable[str]]


def create(connection: Connection, on_sqlite: Statements, on_postgresql: Statements) -> None:
    """Run the statements of the database at hand."""
    for statement in on_sqlite() if is_sqlite(connection) else on_postgresql():
        connection.exec_driver_sql(statement)


def drop(connection: Connection, names: Sequence[str], function: str) -> None:
    """Drop triggers, and the function that they call where it is one of its own."""
    where = "" if is_sqlite(connection) else " ON calls"
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"DROP FUNCTION {function}")


def calling_at_the_end(function: str, body: str, triggers: Iterable[tuple[str, str]]) -> list[str]:
    """The statements of PostgreSQL for a function, and for triggers that call it, each an event and its condition.

    At the end of a transaction, so that one that takes long keeps none waiting that writes the same.
    """
    at_the_end = "ON calls DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        *(
            f"CREATE CONSTRAINT TRIGGER {event} {at_the_end} WHEN ({condition}) EXECUTE FUNCTION {function}()"
            for event, condition in triggers
        ),
    ]


def is_sqlite(connection: Connection) -> bool:
    """Whether the database is SQLite's, else it is PostgreSQL's."""
    return connection.dialect.name == "sqlite"
