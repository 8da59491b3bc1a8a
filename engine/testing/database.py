"""A real database in memory, without threads: SQLite with all tables, gone with the process."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Final

import aiosqlite
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.errors import StoreError
from engine.store import Database, sqlite
from engine.store.tables import metadata
from engine.store.writers import Job, SerialWriter, T

_URL: Final = "sqlite+aiosqlite:///in-memory"
"""Named like a file, as pools of connections are for files."""
_NAME: Final = "file:in-memory?mode=memory&cache=shared"
_PATIENCE_S: Final = 15.0


class MemoryDatabase(Database):
    """A database that fails for as long as a test wants it to."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, SerialWriter(sqlite.for_writing(engine), sqlite.is_locked, _PATIENCE_S))
        self.failure: StoreError | None = None
        """Raised in place of anything that is asked."""

    async def write(self, job: Job[T]) -> T:
        self._require_well()
        return await super().write(job)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        self._require_well()
        async with super()._reading() as connection:
            yield connection

    async def close(self) -> None:
        """Finish what is being written."""
        await self._writer.close()

    def _require_well(self) -> None:
        if self.failure is not None:
            raise self.failure


@asynccontextmanager
async def memory_database() -> AsyncIterator[MemoryDatabase]:
    """An empty one, one at a time in a process: connections and compiled statements are kept for the next one."""
    _template().backup(_kept())
    database = MemoryDatabase(_engine())
    try:
        yield database
    finally:
        await database.close()


class _AtOnce:
    """Takes the place of a connection's queue: what is put there is done at once instead of by a thread."""

    def put_nowait(self, job: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        done, work = job
        try:
            result = work()
        except Exception as error:
            if done is None:
                raise
            done.set_exception(error)
        else:
            if done is not None:
                done.set_result(result)


class _WithinTheLoop(aiosqlite.Connection):
    """Needs no thread, for which simulated time would not wait."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._tx = _AtOnce()  # type: ignore[assignment]

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


async def _connect(_path: str, **options: Any) -> aiosqlite.Connection:
    def connected() -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(_NAME, uri=True, **options)
        # Connections share what is in memory, and a reader would lock its tables, as it does not lock a file.
        connection.execute("PRAGMA read_uncommitted = ON")
        return connection

    return await _WithinTheLoop(connected)


@cache
def _engine() -> AsyncEngine:
    engine = sqlite.create_engine(make_url(_URL))

    @event.listens_for(engine.sync_engine, "do_connect")
    def choose_how(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _connect

    return engine


@cache
def _kept() -> sqlite3.Connection:
    """Keeps the database while nobody else is connected."""
    return sqlite3.connect(_NAME, uri=True, check_same_thread=False)


@cache
def _template() -> sqlite3.Connection:
    """All tables and no rows, to be copied."""
    template = sqlite3.connect(":memory:", check_same_thread=False)
    made = create_engine("sqlite://", creator=lambda: template)
    metadata.create_all(made)
    return template
