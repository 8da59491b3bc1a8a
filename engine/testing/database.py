"""A real database in memory: SQLite with all tables, which is asked within the loop and waits for nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Executable, StaticPool, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert

from engine.aio.signal import Signal
from engine.errors import StoreError
from engine.store.connections import Job, T
from engine.store.database import Database
from engine.store.documents import to_json
from engine.store.tables.complete import metadata


class MemoryConnections:
    """Answers within the loop, for a driver's threads would lag behind simulated time.

    Each transaction is one step of the loop: others run before and after it, never within.
    """

    def __init__(self, engine: Engine, is_shared: bool) -> None:
        self._engine = engine
        self._is_shared = is_shared
        self.failure: StoreError | None = None

    @property
    def is_shared(self) -> bool:
        return self._is_shared

    async def write(self, job: Job[T], first: Job[None] | None = None) -> T:
        await self._turn()
        with self._engine.begin() as connection:
            if first is not None:
                first(connection)
            return job(connection)

    async def write_alone(self, job: Job[T]) -> T:
        return await self.write(job)

    async def read(self, job: Job[T]) -> T:
        await self._turn()
        with self._engine.connect() as connection:
            return job(connection)

    async def ask(self, job: Job[T]) -> T:
        return await self.read(job)

    def together(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def end_reads(self) -> None:
        """Nothing is shared."""

    async def check(self) -> None:
        """Nobody can take it away."""

    def inviting(self, _: Signal) -> AbstractContextManager[None]:
        """Each transaction is of one."""
        return nullcontext()

    def insert_new(self, table: Table) -> Executable:
        return insert(table).on_conflict_do_nothing()

    async def listen(self) -> None:
        """Nobody else has it."""

    async def scour(self) -> bool:
        """There are no files."""
        return True

    async def close(self, *, answers: bool = True) -> None:
        """Nothing is under way: each transaction is over when others run."""

    async def _turn(self) -> None:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure


class MemoryDatabase(Database):
    """A database that fails for as long as a test wants it to."""

    def __init__(self, engine: Engine, *, is_shared: bool = False) -> None:
        """`is_shared` says that several nodes have it."""
        self._engine = engine
        self._memory = MemoryConnections(engine, is_shared)
        super().__init__(self._memory)

    def opened_again(self, *, is_shared: bool = False) -> "MemoryDatabase":
        """The same rows as another process sees them, with failures of its own."""
        return MemoryDatabase(self._engine, is_shared=is_shared)

    def tell_time_by(self, now: Callable[[], datetime]) -> None:
        """Have the database's own clock show this (UTC) instead of the machine's."""

        def strftime(_: str, __: str, later: str) -> str:
            at = now() + timedelta(seconds=float(later.removesuffix(" seconds")))
            return at.isoformat(timespec="microseconds")

        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.create_function("strftime", 3, strftime)

    @property
    def failure(self) -> StoreError | None:
        """Raised in place of anything that is asked."""
        return self._memory.failure

    @failure.setter
    def failure(self, error: StoreError | None) -> None:
        self._memory.failure = error


@asynccontextmanager
async def memory_database() -> AsyncIterator[MemoryDatabase]:
    """An empty one, one at a time in a process: what was compiled for its statements is kept for the next one."""
    _copy(_template(), _engine())
    yield MemoryDatabase(_engine())


@cache
def _engine() -> Engine:
    return _in_memory()


@cache
def _template() -> Engine:
    """All tables and no rows, to be copied."""
    engine = _in_memory()
    metadata.create_all(engine)
    return engine


def _in_memory() -> Engine:
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        json_serializer=to_json,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver starts no transactions behind our back
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _copy(source: Engine, dest: Engine) -> None:
    with source.connect() as template, dest.connect() as copy:
        # Not within the transactions that these began.
        template.rollback()
        copy.rollback()
        raw: Any = template.connection.driver_connection
        raw.backup(copy.connection.driver_connection)
