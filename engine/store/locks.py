"""Locks that the nodes of one database take for a transaction, by the names of what they count."""

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Final, cast

from sqlalchemy import Connection, bindparam, func, select

from engine.store.triggers import is_sqlite

OwnClock = Callable[[], datetime]
"""Tells the time of a node that has its database to itself."""

_KEY_BYTES: Final = 8
"""PostgreSQL's advisory locks are known by 64 bits."""
_TIME: Final = select(func.clock_timestamp())
_LOCK: Final = select(func.pg_advisory_xact_lock(bindparam("key")), func.clock_timestamp())
_TRY_LOCK: Final = select(func.pg_try_advisory_xact_lock(bindparam("key")), func.clock_timestamp())


def time_on(connection: Connection, own_clock: OwnClock) -> datetime:
    """The time by the database's clock, which is the same for all nodes; SQLite's is `own_clock`."""
    return own_clock() if is_sqlite(connection) else connection.execute(_TIME).one()[0]


def locked_at(connection: Connection, names: Iterable[str], own_clock: OwnClock) -> datetime:
    """Have these to oneself until the end of the transaction; gives the time once it is so, by the database's clock.

    Everybody takes them in the same order, so that two never wait for each other. SQLite has one writer, who needs no
    lock, and `own_clock` is its clock.
    """
    if is_sqlite(connection):
        return own_clock()
    moments = [connection.execute(_LOCK, {"key": key}).one()[1] for key in sorted(map(_key, names))]
    return cast(datetime, moments[-1])


def locked_if_free_at(connection: Connection, name: str, own_clock: OwnClock) -> datetime | None:
    """The same of one that nobody has; None, at once, where another transaction has it."""
    if is_sqlite(connection):
        return own_clock()
    is_ours, now = connection.execute(_TRY_LOCK, {"key": _key(name)}).one()
    return cast(datetime, now) if is_ours else None


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=_KEY_BYTES).digest(), signed=True)
