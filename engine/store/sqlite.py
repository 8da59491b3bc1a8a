"""SQLite: how it is opened, and how two processes do so at once."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, Executable, QueuePool, Table, event, make_url
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from engine.aio.signal import Signal
from engine.aio.threads import Threads
from engine.errors import SetupError, StoreError
from engine.store.connections import Job, T, both
from engine.store.documents import to_json
from engine.store.held_file import HeldFile
from engine.store.orphaned_log import require_own_log
from engine.store.serial_writer import SerialWriter

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

AnyEngine = TypeVar("AnyEngine", "Engine", "AsyncEngine")

_WRITES: Final = "telefoon_writes"
_BEGINS_NONE: Final = "telefoon_begins_none"
_BUSY_TIMEOUT_MS: Final = 500
"""How long the library waits for another process's transaction before a writer looks whether anybody still waits."""
_MIGRATION_PATIENCE_S: Final = 120.0
_LOOK_AGAIN_S: Final = 0.05
_SCOURING_TRIES: Final = 20
_READ_S: Final = 30.0
READERS: Final = 4
"""Threads that read at the same time."""

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


def create_engine(url: URL) -> Engine:
    """An engine that waits for its disk and for other processes, so it is asked on threads alone."""
    engine = sqlalchemy.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"check_same_thread": False},
        json_serializer=to_json,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1 + READERS,
        max_overflow=0,
    )
    set_up(engine, busy_timeout_ms=_BUSY_TIMEOUT_MS)
    return engine


def set_up(engine: Engine, *, busy_timeout_ms: int) -> None:
    """Give an engine transactions that are SQLite's own, so that schema changes are in them too."""

    @event.listens_for(engine, "connect")
    def set_up_connection(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver starts no transactions behind our back
        cursor = connection.cursor()
        for pragma in (f"PRAGMA busy_timeout = {busy_timeout_ms}", *_EACH_CONNECTION):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at the start: one that began as a reader could be refused halfway, unwaited.
        options = connection.get_execution_options()
        if not options.get(_BEGINS_NONE, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES, False) else "BEGIN")


class SqliteConnections:
    """A file's: one thread that writes, and a few that read meanwhile."""

    def __init__(self, engine: Engine, patience_s: float) -> None:
        self._engine = engine
        self._file = HeldFile(Path(engine.url.database or ""))
        event.listen(engine, "do_connect", self._before_connecting)
        # A single query needs no transaction, and the writer begins its own.
        self._asking: Engine = engine.execution_options(**{_BEGINS_NONE: True})
        self._readers = Threads("database-reader", READERS)
        self._writer = SerialWriter(self._asking, is_locked, patience_s, self._file.require)

    @property
    def is_shared(self) -> bool:
        return False

    async def write(self, job: Job[T], first: Job[None] | None = None) -> T:
        return await self._writer.run(job if first is None else both(first, job))

    async def write_alone(self, job: Job[T]) -> T:
        return await self.write(job)

    async def read(self, job: Job[T]) -> T:
        return await self._read(partial(_in_one_moment, self._engine, job))

    async def ask(self, job: Job[T]) -> T:
        return await self._read(partial(_at_once, self._asking, job))

    def together(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def end_reads(self) -> None:
        """Nothing is shared."""

    async def check(self) -> None:
        await self._read(self._file.require)

    def inviting(self, invited: Signal) -> AbstractContextManager[None]:
        return self._writer.inviting(invited)

    def insert_new(self, table: Table) -> Executable:
        return insert(table).on_conflict_do_nothing()

    async def listen(self) -> None:
        """A file has one node, which hears itself."""

    async def scour(self) -> bool:
        """Bring the log's pages into the file and empty the log."""
        for _ in range(_SCOURING_TRIES):
            if await self._readers.run(self._log_is_emptied):
                return True
            await asyncio.sleep(_LOOK_AGAIN_S)
        return False

    async def close(self, *, answers: bool = True) -> None:
        """A file is waited for: its threads can't be left behind."""
        await self._writer.close()
        await self._readers.close()
        self._engine.dispose()

    async def _read(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(_READ_S):
                return await self._readers.run(work)
        except TimeoutError:
            raise StoreError(f"The database's disk did not answer within {_READ_S:g} s.") from None

    def _before_connecting(self, *_: object) -> None:
        """A connection to another file would have the log of this one."""
        self._file.require()

    def _log_is_emptied(self) -> bool:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_figures = cursor.fetchone() or (True,)
        finally:
            connection.close()
        return not busy


def _in_one_moment(engine: Engine, job: Job[T]) -> T:
    """Do a job whose queries see the same, whatever is written meanwhile."""
    with engine.connect() as connection, connection.begin():
        return job(connection)


def _at_once(engine: Engine, job: Job[T]) -> T:
    """Do a job of one query."""
    with engine.connect() as connection:
        return job(connection)


def is_locked(error: BaseException) -> bool:
    """Whether another process's transaction is what stood in the way."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def for_writing(engine: AnyEngine) -> AnyEngine:
    """The same engine, whose transactions are a writer's from their start."""
    return engine.execution_options(**{_WRITES: True})


def create_file(url: URL) -> Path:
    """The database's file, for its owner alone: it holds who called whom. Raises SetupError, StoreError."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SetupError("SQLite needs a file to keep calls in, such as sqlite+aiosqlite:////var/lib/telefoon.db.")
    path = Path(url.database)
    require_own_log(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SetupError(
            f"The database {path} can't be opened: {error.strerror}. "
            "Make its folder writable, or set TELEFOON_DATABASE_URL to another."
        ) from error
    return path


def is_file(url: URL) -> bool:
    """Whether the database is a file of SQLite's, else it is a server's."""
    return url.get_backend_name() == "sqlite"


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
