"""The triggers that keep the totals of calls, so that no way of writing a call can forget them.

A migration that makes `calls` anew on SQLite loses them there, and makes them anew too.
"""

from typing import Final

from sqlalchemy import Connection

from engine.store import triggers

_ENDED: Final = "('completed', 'busy', 'failed', 'no-answer', 'canceled')"
_COUNTED: Final = ("account_id", "start_time", "direction", "status")
_ADDED: Final = "call_totals_added"
_CHANGED: Final = "call_totals_changed"
_DELETED: Final = "call_totals_deleted"
_FUNCTION: Final = "count_ended_calls"


def create_triggers(connection: Connection) -> None:
    """Create the triggers on `calls` that count its rows from here on."""
    triggers.create(connection, _for_sqlite, _for_postgresql)


def drop_triggers(connection: Connection) -> None:
    """Nothing is counted any more."""
    triggers.drop(connection, (_ADDED, _CHANGED, _DELETED), _FUNCTION)


def count_all(connection: Connection) -> None:
    """Count the calls that there are, into a table that is empty."""
    day = _day_on_sqlite("start_time") if triggers.is_sqlite(connection) else _day_on_postgresql("start_time")
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
    less, more = _one_less(_day_on_postgresql("OLD.start_time")), _one_more(_day_on_postgresql("NEW.start_time"))
    body = f"BEGIN IF TG_OP <> 'INSERT' THEN {less}; END IF; IF TG_OP <> 'DELETE' THEN {more}; END IF; RETURN NULL; END"
    conditions = (
        (f"{_ADDED} AFTER INSERT", f"NEW.status IN {_ENDED}"),
        (f"{_CHANGED} AFTER UPDATE OF {', '.join(_COUNTED)}", _differs("IS DISTINCT FROM")),
        (f"{_DELETED} AFTER DELETE", f"OLD.status IN {_ENDED}"),
    )
    return triggers.calling_at_the_end(_FUNCTION, body, conditions)


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
