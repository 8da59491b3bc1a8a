"""PostgreSQL: how it is opened and asked."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from sqlalchemy import URL, Executable, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.store.connections import Job, T
from engine.store.documents import to_json

MIGRATION_LOCK: Final = 0x7E1EF002
"""The advisory lock that a migrating node holds to the end of its transaction; any number that is ours alone."""

_CONNECT_TIMEOUT_S: Final = 10
STATEMENT_TIMEOUT_S: Final = 30
"""None of ours takes long: one that does waits for a server that is gone."""


def create_engine(url: URL, *, statement_timeout_s: float | None = STATEMENT_TIMEOUT_S) -> AsyncEngine:
    """An engine that notices a connection lost while idle before it is used."""
    return create_async_engine(
        url,
        json_serializer=to_json,
        hide_parameters=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=30,
        pool_pre_ping=True,
        connect_args={"timeout": _CONNECT_TIMEOUT_S, "command_timeout": statement_timeout_s},
    )


class PostgresqlConnections:
    """A server's: each job on one of its own; the database orders those that meet."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def write(self, job: Job[T]) -> T:
        self._running += 1
        self._idle.clear()
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(job)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    async def read(self, job: Job[T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(job)

    def inviting(self, _: asyncio.Event) -> AbstractContextManager[None]:
        """Each transaction is of one."""
        return nullcontext()

    def insert_new(self, table: Table) -> Executable:
        return insert(table).on_conflict_do_nothing()

    async def scour(self) -> bool:
        """Give the space of deleted rows free for others; what was there is overwritten by and by, not at once."""
        async with self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.execute("VACUUM")
        return True

    async def close(self) -> None:
        await self._idle.wait()
        await self._engine.dispose()
