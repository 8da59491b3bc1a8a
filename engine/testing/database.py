"""A real database in memory: SQLite with all tables, which is asked within the loop and waits for nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable, ScalarResult, StaticPool, create_engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.errors import StoreError
from engine.store import Database
from engine.store.documents import to_json
from engine.store.failure import as_store_error
from engine.store.tables import metadata
from engine.store.writers import Job, ParallelWriter, T


class MemoryDatabase(Database):
    """A database that fails for as long as a test wants it to.

    A driver's threads would lag behind simulated time, so each transaction is one step of the loop: others run before
    and after it, never within.
    """

    def __init__(self, engine: Engine) -> None:
        # What the base class asks of its engine is the dialect alone: the rest is answered here.
        dialect_of = cast(AsyncEngine, engine)
        super().__init__(dialect_of, ParallelWriter(dialect_of))
        self.failure: StoreError | None = None
        """Raised in place of anything that is asked."""
        self._memory = engine

    async def write(self, job: Job[T]) -> T:
        await self._turn()
        with as_store_error(), self._memory.begin() as connection:
            return await job(cast(AsyncConnection, _AtOnce(connection)))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        await self._turn()
        with as_store_error(), self._memory.connect() as connection:
            yield cast(AsyncConnection, _AtOnce(connection))

    async def close(self) -> None:
        """Nothing is under way: each transaction is over when others run."""

    async def _turn(self) -> None:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure


class _AtOnce:
    """What the stores ask of an AsyncConnection, answered without a driver that waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Executable) -> Any:
        return self._connection.scalar(statement)

    async def scalars(self, statement: Executable) -> ScalarResult[Any]:
        return self._connection.scalars(statement)


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
    engine = create_engine("sqlite://", poolclass=StaticPool, json_serializer=to_json, hide_parameters=True)

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
