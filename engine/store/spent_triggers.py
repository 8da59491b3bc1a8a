"""The triggers that add up what calls have spent, so that no way of writing a call's end can forget it.

What a call has spent stays spent when its row is deleted. A migration that makes `calls` anew on SQLite loses the
triggers there, and makes them anew too.
"""

from typing import Final

from sqlalchemy import Connection

from engine.store import triggers

_ADDED: Final = "calls_spent_added"
_ENDED: Final = "calls_spent_ended"
_FUNCTION: Final = "add_spent_calls"
_COLUMNS: Final = "day, account_id, key_id, milliseconds, units"


def create_spent_triggers(connection: Connection) -> None:
    """Add up calls that have gone out and end from here on."""
    triggers.create(connection, _for_sqlite, _for_postgresql)


def drop_spent_triggers(connection: Connection) -> None:
    """Nothing is added up any more."""
    triggers.drop(connection, (_ADDED, _ENDED), _FUNCTION)


def add_up_all(connection: Connection) -> None:
    """Add up the calls that there are, into a table that is empty."""
    day, milliseconds, units = _values("calls", sqlite=triggers.is_sqlite(connection))
    connection.exec_driver_sql(
        f"INSERT INTO calls_spent ({_COLUMNS}) "
        f"SELECT {day}, account_id, COALESCE(key_id, ''), SUM({milliseconds}), SUM({units}) "
        f"FROM calls WHERE {_has_spent('calls')} GROUP BY {day}, account_id, COALESCE(key_id, '')"
    )


def _for_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {trigger} BEGIN {_more(sqlite=True)}; END"
        for trigger in (
            f"{_ADDED} AFTER INSERT ON calls WHEN {_has_spent('NEW')}",
            f"{_ENDED} AFTER UPDATE OF end_time ON calls WHEN OLD.end_time IS NULL AND {_has_spent('NEW')}",
        )
    ]


def _for_postgresql() -> list[str]:
    conditions = (
        (f"{_ADDED} AFTER INSERT", _has_spent("NEW")),
        (f"{_ENDED} AFTER UPDATE OF end_time", f"OLD.end_time IS NULL AND {_has_spent('NEW')}"),
    )
    return triggers.calling_at_the_end(_FUNCTION, f"BEGIN {_more(sqlite=False)}; RETURN NULL; END", conditions)


def _has_spent(row: str) -> str:
    return f"{row}.direction = 'outbound' AND {row}.answer_time IS NOT NULL AND {row}.end_time IS NOT NULL"


def _more(*, sqlite: bool) -> str:
    day, milliseconds, units = _values("NEW", sqlite=sqlite)
    return (
        f"INSERT INTO calls_spent ({_COLUMNS}) "
        f"VALUES ({day}, NEW.account_id, COALESCE(NEW.key_id, ''), {milliseconds}, {units}) "
        "ON CONFLICT (day, account_id, key_id) DO UPDATE SET "
        "milliseconds = calls_spent.milliseconds + excluded.milliseconds, units = calls_spent.units + excluded.units"
    )


def _values(row: str, *, sqlite: bool) -> tuple[str, str, str]:
    """The day (UTC) on which a call began, its answered milliseconds, and ten-thousandths of a euro."""
    if sqlite:
        days = f"(julianday({row}.end_time) - julianday({row}.answer_time))"
        return (
            f"substr({row}.start_time, 1, 10)",
            f"CAST(ROUND({days} * 86400000.0) AS INTEGER)",
            f"COALESCE(CAST(ROUND({row}.price * 10000.0) AS INTEGER), 0)",
        )
    return (
        f"({row}.start_time AT TIME ZONE 'UTC')::date",
        f"ROUND(EXTRACT(EPOCH FROM ({row}.end_time - {row}.answer_time)) * 1000)::bigint",
        f"COALESCE(ROUND({row}.price * 10000)::bigint, 0)",
    )
