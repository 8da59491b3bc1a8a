"""The triggers that keep the totals of calls, so that no way of writing a call can forget them.

A migration that makes `calls` anew on SQLite loses them there, and makes them anew too.
"""

from typing import Final

from sqlalchemy import Connection

_ENDED: Final = "('completed', 'busy', 'failed', 'no-answer', 'canceled')"
_COUNTED: Final = ("account_id", "start_time", "direction", "status")
_ADDED: Final = "call_totals_added"
_CHANGED: Final = "call_totals_changed"
_DELETED: Final = "call_totals_deleted"
_FUNCTION: Final = "count_ended_calls"


def create_triggers(connection: Connection) -> None:
    """Create the triggers on `calls` that count its rows from here on."""
    for statement in _for_sqlite() if _is_sqlite(connection) else _for_postgresql():
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Nothing is counted any more."""
    where = "" if _is_sqlite(connection) else " ON calls"
    for name in (_ADDED, _CHANGED, _DELETED):
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")
    if not _is_sqlite(connection):
        connection.exec_driver_sql(f"DROP FUNCTION {_FUNCTION}")


def count_all(connection: Connection) -> None:
    """Count the calls that there are, into a table that is empty."""
    day = _day_on_sqlite("start_time") if _is_sqlite(connection) else _day_on_postgresql("start_time")
    connection.exec_driver_sql(
        "INSERT INTO call_totals (account_id, day, direction, status, calls) "
        f"SELECT account_id, {day}, direction, status, count(*) FROM calls WHERE status IN {_ENDED} "
        f"GROUP BY account_id, {day}, direction, status"
    )


def _for_sqlite() -> list[str]:
    less, more = _one_less(_day_on_sqlite("OLD.start_time")), _one_more(_day_on_sqlite("NEW.start_time"))
    columns = ", ".join(_COUNTED)
    return [
        f"CREATE TRIGGER {trigger} BEGIN {then}; END"
        for trigger, then in (
            (f"{_ADDED} AFTER INSERT ON calls WHEN NEW.status IN {_ENDED}", more),
            (f"{_CHANGED} AFTER UPDATE OF {columns} ON calls WHEN {_differs('IS NOT')}", f"{less}; {more}"),
            (f"{_DELETED} AFTER DELETE ON calls WHEN OLD.status IN {_ENDED}", less),
        )
    ]


def _for_postgresql() -> list[str]:
    """At the end of a transaction, so that one that takes long keeps none waiting that counts the same."""
    less, more = _one_less(_day_on_postgresql("OLD.start_time")), _one_more(_day_on_postgresql("NEW.start_time"))
    body = f"BEGIN IF TG_OP <> 'INSERT' THEN {less}; END IF; IF TG_OP <> 'DELETE' THEN {more}; END IF; RETURN NULL; END"
    at_the_end = "ON calls DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    triggers = (
        (f"{_ADDED} AFTER INSERT", f"NEW.status IN {_ENDED}"),
        (f"{_CHANGED} AFTER UPDATE OF {', '.join(_COUNTED)}", _differs("IS DISTINCT FROM")),
        (f"{_DELETED} AFTER DELETE", f"OLD.status IN {_ENDED}"),
    )
    return [
        f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        *(
            f"CREATE CONSTRAINT TRIGGER {event} {at_the_end} WHEN ({condition}) EXECUTE FUNCTION {_FUNCTION}()"
            for event, condition in triggers
        ),
    ]


def _differs(operator: str) -> str:
    changed = " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in _COUNTED)
    return f"(OLD.status IN {_ENDED} OR NEW.status IN {_ENDED}) AND ({changed})"


def _one_more(day: str) -> str:
    return (
        "INSERT INTO call_totals (account_id, day, direction, status, calls) "
        f"SELECT NEW.account_id, {day}, NEW.direction, NEW.status, 1 WHERE NEW.status IN {_ENDED} "
        "ON CONFLICT (account_id, day, direction, status) DO UPDATE SET calls = call_totals.calls + 1"
    )


def _one_less(day: str) -> str:
    """Calls that go on have no row, so none is met."""
    this = f"account_id = OLD.account_id AND day = {day} AND direction = OLD.direction AND status = OLD.status"
    return f"UPDATE call_totals SET calls = calls - 1 WHERE {this}; DELETE FROM call_totals WHERE {this} AND calls = 0"


def _day_on_sqlite(moment: str) -> str:
    return f"substr({moment}, 1, 10)"


def _day_on_postgresql(moment: str) -> str:
    return f"({moment} AT TIME ZONE 'UTC')::date"


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
