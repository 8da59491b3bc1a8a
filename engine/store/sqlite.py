"""SQLite: how it is opened, and how two processes do so at once."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite
from sqlalchemy import URL, Connection, Executable, Table, event, make_url
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.aio.tasks import started
from engine.aio.waits import joined
from engine.errors import SetupError, StoreError
from engine.store.documents import to_json

_WRITES: Final = "telefoon_writes"
_BUSY_TIMEOUT_MS: Final = 500
"""How long the library waits for another process's transaction before a writer looks whether anybody still waits."""
_MIGRATION_BUSY_TIMEOUT_MS: Final = 15_000
_MIGRATION_PATIENCE_S: Final = 120.0
_LOOK_AGAIN_S: Final = 0.05
_SCOURING_TRIES: Final = 20

# What is deleted is overwritten with zeros: an erasure leaves nothing in the file.
# WAL lets readers read while one writes; it is kept in the file, so only the first to open it, which is alone with
# it, changes anything. FULL syncs at every commit: what is committed survives a power cut. What is deleted is
# overwritten, as a recording's erased key must be.
_EACH_CONNECTION: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)


def create_engine(url: URL, *, migrates: bool = False) -> AsyncEngine:
    """An engine whose transactions are SQLite's own, so that schema changes are in them too."""
    busy_timeout_ms = _MIGRATION_BUSY_TIMEOUT_MS if migrates else _BUSY_TIMEOUT_MS
    engine = create_async_engine(
        url, json_serializer=to_json, hide_parameters=True, pool_size=8, max_overflow=8, pool_timeout=30
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def choose_how(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _connect

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver starts no transactions behind our back
        cursor = connection.cursor()
        for pragma in (f"PRAGMA busy_timeout = {busy_timeout_ms}", *_EACH_CONNECTION):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at the start: one that began as a reader could be refused halfway, unwaited.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


async def _connect(path: str, **options: Any) -> aiosqlite.Connection:
    """A connection that whoever is cancelled while it is made closes: the driver would lose it open."""
    connection = aiosqlite.connect(path, **options)
    connection._thread.daemon = True  # noqa: SLF001 (as SQLAlchemy does: no connection keeps a process from its end)
    opening = started(_opened(connection))
    try:
        return await joined(opening)
    except asyncio.CancelledError:
        await (await opening).close()
        raise


async def _opened(connection: aiosqlite.Connection) -> aiosqlite.Connection:
    return await connection


def insert_new(table: Table, values: Mapping[str, object]) -> Executable:
    """Inserts a row, or nothing if one with the same unique values is there."""
    return insert(table).values(**values).on_conflict_do_nothing()


def is_locked(error: BaseException) -> bool:
    """Whether another process's transaction is what stood in the way."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, whose transactions are a writer's from their start."""
    return engine.execution_options(**{_WRITES: True})


async def scour(engine: AsyncEngine) -> bool:
    """Bring the log's pages into the file and empty the log; False if a reader held it up for too long."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        for _ in range(_SCOURING_TRIES):
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, *_figures = await cursor.fetchone()
            if not busy:
                return True
            await asyncio.sleep(_LOOK_AGAIN_S)
    return False


def create_file(url: URL) -> Path:
    """The database's file, for its owner alone: it holds who called whom. Raises SetupError."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SetupError("SQLite needs a file to keep calls in, such as sqlite+aiosqlite:////var/lib/telefoon.db.")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SetupError(
            f"The database {path} can't be opened: {error.strerror}. "
            "Make its folder writable, or set TELEFOON_DATABASE_URL to another."
        ) from error
    return path


def folder_of(url: str) -> Path | None:
    """Where the database's file lies; None for a server's."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).parent


@asynccontextmanager
async def alone_with(path: Path) -> AsyncIterator[None]:
    """Inside, no other process opens or migrates this database; waits for its turn. Raises StoreError.

    The lock file stays: removing it would let a third process lock a new one beside those who wait.
    """
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        deadline = asyncio.get_running_loop().time() + _MIGRATION_PATIENCE_S
        while not _locked(lock):
            if asyncio.get_running_loop().time() > deadline:
                raise StoreError(f"Another process has been migrating {path} for {_MIGRATION_PATIENCE_S:.0f} s.")
            await asyncio.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(lock)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
