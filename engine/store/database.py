"""The database: opened, migrated, read and written; SQLite or PostgreSQL by its URL."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from sqlalchemy import URL, ColumnElement, Executable, RowMapping, Select, Table, func, make_url, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.errors import SetupError, StoreError
from engine.store import postgresql, sqlite
from engine.store.failure import as_store_error
from engine.store.schema_version import is_current
from engine.store.writers import Job, ParallelWriter, SerialWriter, T, Writer

_DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")
_FARTHEST_ROW: Final = 2**62
_PATIENCE_S: Final = 15.0


class Database:
    """Connections to one database. Every method raises StoreError, and what was asked is not stored then."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, patience_s: float = _PATIENCE_S) -> Self:
        """Migrate it if it must be, then be ready. Raises SetupError for a URL that names none, and StoreError.

        `patience_s` is how long a change to a file waits for another process that has it to itself.
        """
        parsed = _parsed(url)
        with as_store_error():
            is_new = parsed.get_backend_name() == "sqlite" and sqlite.create_file(parsed).stat().st_size == 0
            engine = _engine(parsed)
            try:
                # The first to open a file changes how it is written, so that is done under the migration's lock.
                if is_new or not await is_current(engine):
                    await _migrate(parsed)
            except BaseException:
                await engine.dispose()
                raise
            if engine.dialect.name == "sqlite":
                return cls(engine, SerialWriter(sqlite.for_writing(engine), sqlite.is_locked, patience_s))
            return cls(engine, ParallelWriter(engine))

    async def close(self) -> None:
        """Finish what is being written, then close every connection. Safe to repeat."""
        if not self._closed:
            self._closed = True
            await self._writer.close()
            await self._engine.dispose()

    async def ping(self) -> None:
        """Ask it something."""
        await self.rows(select(1))

    async def scour(self) -> bool:
        """After an erasure: leave what was deleted in none of the database's files, as far as it lets us."""
        self._require_open()
        with as_store_error():
            if self._engine.dialect.name == "sqlite":
                return await sqlite.scour(self._engine)
            return await postgresql.scour(self._engine)

    async def write(self, job: Job[T]) -> T:
        """Run changes in one transaction; durable when this returns."""
        self._require_open()
        with as_store_error():
            return await self._writer.run(job)

    async def read(self, job: Job[T]) -> T:
        """Run queries that belong together on one connection; a writer need not wait for them."""
        async with self._reading() as connection:
            return await job(connection)

    async def change(self, statement: Executable, values: Mapping[str, object] | None = None) -> int:
        """Run one change, with these values for its columns and named places; gives the number of rows it met.

        A row is handed in as `values`, not within the statement: SQLAlchemy then finds the SQL that it compiled
        before, at a tenth of the CPU.
        """

        async def job(connection: AsyncConnection) -> int:
            return (await connection.execute(statement, values)).rowcount

        return await self.write(job)

    async def insert_new(self, table: Table, values: Mapping[str, object]) -> bool:
        """Insert a row; False, and nothing happens, if one with the same unique values is there."""
        its = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        return await self.change(its.insert_new(table, values)) == 1

    async def rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        """All rows of a query."""
        async with self._reading() as connection:
            found: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
            return found

    async def row(self, query: Select[Any]) -> RowMapping | None:
        """The first row of a query."""
        async with self._reading() as connection:
            found: RowMapping | None = (await connection.execute(query)).mappings().first()
            return found

    async def page(
        self, query: Select[Any], page: int, page_size: int, behind: ColumnElement[bool] | None = None
    ) -> tuple[Sequence[RowMapping], int]:
        """One page of a query, counted from 1 (or of what is `behind` a place), and the number of rows over all."""
        offset = min((max(page, 1) - 1) * page_size, _FARTHEST_ROW)
        async with self._reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
            part = query.limit(page_size).offset(offset) if behind is None else query.where(behind).limit(page_size)
            result = await connection.execute(part)
            return result.mappings().all(), int(total or 0)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        self._require_open()
        with as_store_error():
            async with self._engine.connect() as connection:
                yield connection

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("The database is closed.")


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        return sqlite.create_engine(url)
    return postgresql.create_engine(url)


async def _migrate(url: URL) -> None:
    # Loading what migrates takes longer than opening a database that is up to date.
    from engine.store.migration import migrate

    await migrate(url)


def _parsed(url: str) -> URL:
    allowed = "Set TELEFOON_DATABASE_URL to sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SetupError(f"The database's URL can't be read. {allowed}") from None
    if parsed.drivername not in _DRIVERS:
        raise SetupError(f"{parsed.drivername} is not a database that Telefoon keeps calls in. {allowed}")
    return parsed
