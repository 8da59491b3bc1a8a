"""The one place where a database's failure becomes a StoreError."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.errors import StoreError, Unstorable

_FAILURES: Final = (
    SQLAlchemyError,
    sqlite3.Error,
    OSError,
    UnicodeError,
    OverflowError,
)
_BEYOND_STORING: Final = (UnicodeError, OverflowError, DataError, sqlite3.DataError)
"""What drivers say of a text or a whole number that no database can hold."""


@contextmanager
def as_store_error() -> Iterator[None]:
    """Raise StoreError, or Unstorable, for what databases and their drivers raise inside."""
    try:
        yield
    except _failures() as error:
        kind = Unstorable if _is_beyond_storing(error) else StoreError
        raise kind(f"The database did not do as asked: {_said(error)}") from error


def _failures() -> tuple[type[Exception], ...]:
    """Asked for once something is raised: with SQLite, PostgreSQL's driver need not be loaded before."""
    import asyncpg

    return (*_FAILURES, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.TargetServerAttributeNotMatched)


def _is_beyond_storing(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, StatementError) else None
    return isinstance(error, _BEYOND_STORING) or isinstance(cause, _BEYOND_STORING)


def _said(error: Exception) -> str:
    """The database's own first line: statements and their values may hold personal data."""
    if isinstance(error, PoolTimeoutError):
        return "no connection became free in time"
    cause = error.orig if isinstance(error, DBAPIError) else error
    first, *_ = str(cause).splitlines() or [""]
    return first or type(cause).__name__
