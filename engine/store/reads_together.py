"""Queries of one task that share a transaction of PostgreSQL, with what it then changes: each alone would be one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.store.connections import Job, T

_current: ContextVar["ReadsTogether | None"] = ContextVar("reads_together", default=None)


class ReadsTogether:
    """The connection of one task's queries, from the first of them on. Each sees what is committed when it begins."""

    def __init__(self, engine: AsyncEngine, alone: Callable[[Job[Any]], Awaitable[Any]]) -> None:
        """`alone` runs a query where the connection was lost."""
        self._engine = engine
        self._alone = alone
        self._task = asyncio.current_task()
        self._connection: AsyncConnection | None = None

    async def run(self, job: Job[T]) -> T:
        """Run queries. Raises as their driver does."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        try:
            return await self._connection.run_sync(job)
        except DBAPIError as error:
            await self._give_back()
            if not error.connection_invalidated:
                raise
        except BaseException:
            await self._give_back()
            raise
        result: T = await self._alone(job)
        return result

    def hand_over(self) -> AsyncConnection | None:
        """The connection with its transaction, to change something in it and give it back; None if none has begun.

        What is read afterwards begins another.
        """
        connection, self._connection = self._connection, None
        return connection

    async def end(self) -> None:
        """End the transaction, if one has begun, and let others have its connection."""
        if self._connection is not None:
            with suppress(DBAPIError):  # which has lost nothing: nothing was changed
                await self._connection.commit()
            await self._give_back()

    async def _give_back(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @property
    def is_of_this_task(self) -> bool:
        """Not of one that it has begun, which has its variables too."""
        return self._task is asyncio.current_task()


@asynccontextmanager
async def together(engine: AsyncEngine, alone: Callable[[Job[Any]], Awaitable[Any]]) -> AsyncIterator[None]:
    """Inside, the task's queries share a transaction, up to its next change and with it. One within one is the same."""
    if reads_of_this_task() is not None:
        yield
        return
    reads = ReadsTogether(engine, alone)
    token = _current.set(reads)
    try:
        yield
    finally:
        _current.reset(token)
        await reads.end()


def reads_of_this_task() -> ReadsTogether | None:
    """What the queries of this task share; None where each is by itself."""
    reads = _current.get()
    return reads if reads is not None and reads.is_of_this_task else None
