"""How many calls a list has, in stretches of time: those of whole days from kept totals, all others counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, Subquery, bindparam, func, literal, select, union_all

from engine.model.call import FINAL, Status
from engine.store.call_filter import ENDS, CallFilter, open_conditions
from engine.store.moment_functions import UtcDay
from engine.store.prepared import PreparedQuery
from engine.store.stretch import Stretch
from engine.store.tables.calls import call_totals, calls

# Each a place of its own: a prepared statement has a fixed number of them.
_OPEN: Final = [literal(status, calls.c.status.type) for status in Status if status not in FINAL]
_DAY_OF: Final = {"start_time_after": "first_day", "start_time_before": "day_after"}
_OF_TOTALS: Final = {
    **{name: call_totals.c[name] == bindparam(name) for name in ("account_id", "status", "direction")},
    "start_time_after": call_totals.c.day >= bindparam("first_day"),
    "start_time_before": call_totals.c.day < bindparam("day_after"),
}
_DAY: Final = timedelta(days=1)


def call_counts(connection: Connection, wanted: CallFilter, *, by_day: bool = True) -> list[Stretch]:
    """All that are wanted, the newest first; where it need not be `by_day`, whole days are one stretch.

    Totals are kept of what has ended, by account, day, direction and status; calls that go on are few.
    """
    after, before = wanted.start_time_after, wanted.start_time_before
    first, last = _next_midnight(after), before and _midnight(before)
    if _is_beyond_totals(wanted) or (first and last and first >= last):
        return [_counted(connection, wanted)]
    within = replace(wanted, start_time_after=first, start_time_before=last)
    whole_days = _each_day(connection, within) if by_day else [_all_days(connection, within)]
    newest = [_counted(connection, replace(wanted, start_time_after=last))] if last != before else []
    oldest = [_counted(connection, replace(wanted, start_time_before=first))] if first != after else []
    return [*newest, *whole_days, *oldest]


def _is_beyond_totals(wanted: CallFilter) -> bool:
    return any(getattr(wanted, name) is not None for name in ("from_", "to", "parent_id", *ENDS))


def _counted(connection: Connection, wanted: CallFilter) -> Stretch:
    values = wanted.values()
    if values.keys().isdisjoint(ENDS):
        found = _count(tuple(values)).first(connection, values)
        rows = found["calls"] if found else 0
    else:
        rows = connection.scalar(select(func.count()).select_from(calls).where(*wanted.conditions())) or 0
    return Stretch(wanted.start_time_after, wanted.start_time_before, rows)


@cache
def _count(fields: tuple[str, ...]) -> PreparedQuery:
    """Counts calls, for any values of these fields of a filter."""
    return PreparedQuery(select(func.count().label("calls")).select_from(calls).where(*open_conditions(fields)))


def _each_day(connection: Connection, wanted: CallFilter) -> list[Stretch]:
    days = _days(tuple(wanted.values()))
    query = select(days.c.day, func.sum(days.c.calls)).group_by(days.c.day).order_by(days.c.day.desc())
    return [
        Stretch(begins, begins + _DAY, int(count))
        for day, count in connection.execute(query, _values_of_days(wanted))
        for begins in [datetime.combine(day, time.min, UTC)]
    ]


def _all_days(connection: Connection, wanted: CallFilter) -> Stretch:
    values = _values_of_days(wanted)
    found = _total(tuple(wanted.values())).first(connection, values)
    return Stretch(wanted.start_time_after, wanted.start_time_before, int(found["calls"] or 0) if found else 0)


@cache
def _total(fields: tuple[str, ...]) -> PreparedQuery:
    """Adds up the calls of days, for any values of these fields of a filter."""
    return PreparedQuery(select(func.sum(_days(fields).c.calls).label("calls")))


@cache
def _days(fields: tuple[str, ...]) -> Subquery:
    """Asked for in one statement, so that a call that ends meanwhile is counted once."""
    return union_all(_ended(fields), _going_on(fields)).subquery()


def _values_of_days(wanted: CallFilter) -> dict[str, Any]:
    """The values of a filter, and the days for the moments in it."""
    values = wanted.values()
    days = {_DAY_OF[name]: value.date() for name, value in values.items() if name in _DAY_OF}
    return {**values, **days}


def _ended(fields: tuple[str, ...]) -> Select[date, int]:
    conditions = [_OF_TOTALS[name] for name in fields]
    return select(call_totals.c.day, call_totals.c.calls).where(*conditions)


def _going_on(fields: tuple[str, ...]) -> Select[date, int]:
    """Found by status, which few calls have, before their direction is looked at, which most calls have."""
    any_direction = [name for name in fields if name != "direction"]
    found = select(calls.c.id).where(*open_conditions(any_direction), calls.c.status.in_(_OPEN))
    query = select(UtcDay(calls.c.start_time).label("day"), literal(1).label("calls")).where(calls.c.id.in_(found))
    return query.where(*open_conditions(name for name in fields if name == "direction"))


def _midnight(moment: datetime) -> datetime:
    """At which its UTC day began."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _next_midnight(moment: datetime | None) -> datetime | None:
    """The moment itself, if it is one; the last day of all has no next."""
    if moment is None or _midnight(moment) == moment or _midnight(moment).date() == date.max:
        return moment
    return _midnight(moment) + _DAY
