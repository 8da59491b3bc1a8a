"""When all that is in a part of a month is past its time, and nothing keeps any of it."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, TableClause, column, exists, select, table

from engine.ids import moment_of
from engine.model.call import FINAL
from engine.store.holds import is_held_account, is_held_call
from engine.store.months.monthly_table import EXCHANGES, MonthlyTable, MonthPart
from engine.store.tables.calls import call_events, calls

_SLACK: Final = timedelta(days=1)
"""Rows are numbered nearly in the order of their moments: by so much the last may not be the latest."""


def is_over(connection: Connection, of: MonthlyTable, part: MonthPart, before: datetime) -> bool:
    """Whether a part of events or of the ledger has only rows from before a moment, of calls that nothing keeps."""
    if moment_of(part.until) > before:
        return False
    rows = table(part.name, column("id"), column("account_id"), column("call_id"), column("at", call_events.c.at.type))
    last = connection.scalar(select(rows.c.at).order_by(rows.c.id.desc()).limit(1))
    if last is None:
        return True
    keeping = _keeping_in_ledger(rows) if of is EXCHANGES else _keeping_events(rows, part)
    return last + _SLACK < before and not any(connection.scalar(select(exists(each))) for each in keeping)


def _keeping_in_ledger(rows: TableClause) -> list[Select[Any]]:
    """What a hold keeps."""
    return [_among(rows, is_held_call(rows.c.call_id)), _among(rows, is_held_account(rows.c.account_id))]


def _keeping_events(rows: TableClause, part: MonthPart) -> list[Select[Any]]:
    """What a hold keeps, and calls that go on."""
    open_calls = select(calls.c.id).where(calls.c.status.not_in(tuple(FINAL)), calls.c.id < part.until)
    of_held = _among(rows.join(calls, calls.c.id == rows.c.call_id), is_held_account(calls.c.account_id))
    return [open_calls, _among(rows, is_held_call(rows.c.call_id)), of_held]


def _among(rows: Any, condition: ColumnElement[bool]) -> Select[Any]:
    return select(1).select_from(rows).where(condition)
