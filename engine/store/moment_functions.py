"""Functions of moments that SQLite and PostgreSQL spell otherwise: the day of one, the time between two, and now."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Date, Float, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.store.types import UtcDateTime


class UtcDay(FunctionElement[date]):
    """The day of a moment in UTC, as the triggers know it."""

    type = Date()
    inherit_cache = True


class UtcDayText(FunctionElement[str]):
    """The day of a moment in UTC as text (ISO 8601)."""

    type = String()
    inherit_cache = True


class DatabaseClock(FunctionElement[datetime]):
    """The moment so many seconds from now by the database's own clock, which is one for all nodes."""

    type = UtcDateTime()
    inherit_cache = True


class SecondsBetween(FunctionElement[float]):
    """The seconds between two moments, the later first."""

    type = Float()
    inherit_cache = True


class MinutesBegun(FunctionElement[int]):
    """The begun minutes between two moments, the later first; a thousandth of a second begins none."""

    type = BigInteger()
    inherit_cache = True


@compiles(UtcDay, "sqlite")
@compiles(UtcDayText, "sqlite")
def _first_letters(element: UtcDay | UtcDayText, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(UtcDay, "postgresql")
def _date(element: UtcDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC' AS DATE)"


@compiles(UtcDayText, "postgresql")
def _written_date(element: UtcDayText, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


@compiles(SecondsBetween, "sqlite")
def _julian_seconds(element: SecondsBetween | MinutesBegun, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400.0)"


@compiles(SecondsBetween, "postgresql")
def _epoch_seconds(element: SecondsBetween | MinutesBegun, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"EXTRACT(EPOCH FROM ({later} - {earlier}))"


@compiles(MinutesBegun, "sqlite")
def _julian_minutes(element: MinutesBegun, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_julian_seconds(element, compiler, **options)} / 60.0 + 0.99998 AS INTEGER)"


@compiles(MinutesBegun, "postgresql")
def _epoch_minutes(element: MinutesBegun, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(FLOOR({_epoch_seconds(element, compiler, **options)} / 60.0 + 0.99998) AS BIGINT)"


@compiles(DatabaseClock, "sqlite")
def _sqlite_clock(element: DatabaseClock, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now', {compiler.process(element.clauses, **options)} || ' seconds')"
    )


@compiles(DatabaseClock, "postgresql")
def _postgresql_clock(element: DatabaseClock, compiler: SQLCompiler, **options: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


def shown(moment: datetime) -> BindParameter[datetime]:
    """A moment that stands in the statement itself, so that PostgreSQL's planner sees it.

    Of a statement that it has often met, it plans for any moment: it then reads everything, where few rows are before
    or after this one.
    """
    return bindparam(None, moment, UtcDateTime, unique=True, literal_execute=True)
