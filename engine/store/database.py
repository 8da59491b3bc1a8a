"""The database: opened, migrated, read and written; SQLite or PostgreSQL by its URL."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Final, Self

from sqlalchemy import URL, ColumnElement, Connection, Executable, RowMapping, Select, Table, make_url, select
from sqlalchemy.exc import ArgumentError

from engine.aio.signal import Signal
from engine.errors import SetupError, StoreError
from engine.store import sqlite
from engine.store.connections import Connections, Job, T
from engine.store.failure import as_store_error
from engine.store.fence import Fence
from engine.store.last_wait import LastWait
from engine.store.notices import NoticeBoard
from engine.store.order import Order
from engine.store.paging import counted, rows_of_page
from engine.store.schema_version import is_fit, rewrite
from engine.store.stretch import Stretch

_DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")
PATIENCE_S: Final = 15.0
GATHER_S: Final = 0.05
"""How long a change waits for others, where nobody waits for it."""
SHARED_GATHER_S: Final = 0.2
"""The same of what nobody would read so soon, where the database is a server, to which each transaction is trips."""


class Database:
    """Connections to one database. Every method raises StoreError, and what was asked is not stored then."""

    def __init__(self, connections: Connections, notices: NoticeBoard | None = None) -> None:
        self._connections = connections
        self.notices: Final = notices or NoticeBoard()
        """Bells that ring when there is something new; of other nodes only while somebody runs `listen`."""
        self._closed = False
        self._in_doubt = False
        """Whether the last change failed: what was wrong with it alone, or with the database."""
        self._fence: Fence | None = None
        self._last_wait = LastWait()

    @classmethod
    async def open(cls, url: str, *, patience_s: float = PATIENCE_S, listen_url: str = "") -> Self:
        """Migrate it if it must be, then be ready. Raises SetupError for a URL that names none, and StoreError.

        `patience_s` is how long a change to a file waits for another process that has it to itself. `listen_url` leads
        to PostgreSQL itself where `url` leads to PgBouncer before it.
        """
        parsed, direct = parsed_url(url), parsed_url(listen_url) if listen_url else None
        notices = NoticeBoard()
        with as_store_error():
            is_new = sqlite.is_file(parsed) and sqlite.create_file(parsed).stat().st_size == 0
            connections = _connections(parsed, patience_s, notices, direct)
            try:
                # The first to open a file changes how it is written, so that is done under the migration's lock.
                if is_new or not await connections.read(is_fit):
                    await _migrate(direct or parsed)
            except BaseException:
                await connections.close()
                raise
            return cls(connections, notices)

    async def close(self) -> None:
        """Finish what is being written, then close every connection. Safe to repeat."""
        if not self._closed:
            self._closed = True
            await self._connections.close(answers=not self._last_wait.given_up)

    def begin_to_end(self) -> None:
        """Wait once more for a database that does not answer, and ask it nothing after that: the node ends."""
        self._last_wait.begin()

    async def ping(self) -> None:
        """Ask it something; and where the last change failed, find out whether it takes changes."""
        await self.rows(select(1))
        async with self._asking():
            await self._connections.check()
        if self._in_doubt:
            await self.write(rewrite)

    async def listen(self) -> None:
        """Hear what other nodes tell, for ever; where a database has one node, return at once."""
        await self._connections.listen()

    async def scour(self) -> bool:
        """After an erasure: leave what was deleted in none of the database's files, as far as it lets us."""
        async with self._asking():
            return await self._connections.scour()

    @property
    def is_shared(self) -> bool:
        """Whether several nodes may have it at once: a server, and not a file."""
        return self._connections.is_shared

    def fence_by(self, fence: Fence) -> None:
        """Raise NodeFenced for each change once another may have made it, and for all once the node knows that."""
        self._fence = fence

    async def write(self, job: Job[T]) -> T:
        """Run changes in one transaction; durable when this returns. Raises NodeFenced."""
        try:
            async with self._asking():
                done = await self._connections.write(job, self._fence.require if self._fence is not None else None)
        except StoreError:
            self._in_doubt = True
            raise
        self._in_doubt = False
        return done

    async def change_alone(self, statement: Executable) -> int:
        """Run one change in as few trips as there can be, also for a node that may write no more; the rows it met."""
        async with self._asking():
            return await self._connections.write_alone(lambda connection: connection.execute(statement).rowcount)

    async def write_with_others(self, job: Job[T], within_s: float | None = None) -> T:
        """The same in a transaction that others begin meanwhile, or in one of its own after so long."""
        usual_s = SHARED_GATHER_S if self.is_shared else GATHER_S
        await self.invitation(Signal(), usual_s if within_s is None else within_s)
        return await self.write(job)

    async def ask_with_others(self, job: Job[T]) -> T:
        """Run a single query in such a transaction, where it would be one by itself; a file's readers need none."""
        if not self.is_shared:
            return await self.ask(job)
        await self.invitation(Signal())
        async with self._asking():
            return await self._connections.write(job)

    async def invitation(self, wanted: Signal, within_s: float = GATHER_S) -> None:
        """Wait until others begin a transaction, which what is asked for next shares; or for `wanted`, or so long."""
        with suppress(TimeoutError), self._connections.inviting(wanted):
            async with asyncio.timeout(within_s):
                await wanted.wait()

    async def read(self, job: Job[T]) -> T:
        """Run queries that belong together on one connection; a writer need not wait for them."""
        async with self._asking():
            return await self._connections.read(job)

    async def ask(self, job: Job[T]) -> T:
        """Run a single query, which needs no transaction."""
        async with self._asking():
            return await self._connections.ask(job)

    def together(self) -> AbstractAsyncContextManager[None]:
        """Inside, what this task reads one after the other shares a connection, up to its next change.

        There are not many connections, so nothing inside may wait for long; what does reads alone again.
        """
        return self._connections.together()

    async def end_reads(self) -> None:
        """Give back what reads of this task share, before something else is waited for; the next begins anew."""
        await self._connections.end_reads()

    async def change(self, statement: Executable, values: Mapping[str, object] | None = None) -> int:
        """Run one change, with these values for its columns and named places; gives the number of rows it met.

        A row is handed in as `values`, not within the statement: SQLAlchemy then finds the SQL that it compiled
        before, at a tenth of the CPU.
        """
        return await self.write(lambda connection: connection.execute(statement, values).rowcount)

    async def insert_new(self, table: Table, values: Mapping[str, object]) -> bool:
        """Insert a row; False, and nothing happens, if one with the same unique values is there."""
        return await self.write(self.inserting_new(table, values)) == 1

    def inserting_new(self, table: Table, values: Mapping[str, object]) -> Job[int]:
        """The same, to be written with other changes; gives 0 where it was there."""
        statement = self._connections.insert_new(table)
        return lambda connection: connection.execute(statement, values).rowcount

    async def rows(self, query: Select[Any], values: Mapping[str, object] | None = None) -> Sequence[RowMapping]:
        """All rows of a query, with these values for its named places."""
        return await self.ask(lambda connection: connection.execute(query, values).mappings().all())

    async def row(self, query: Select[Any], values: Mapping[str, object] | None = None) -> RowMapping | None:
        """The first row of a query, with these values for its named places."""
        return await self.ask(lambda connection: connection.execute(query, values).mappings().first())

    async def page(
        self, query: Select[Any], order: Order, page: int, page_size: int, behind: ColumnElement[bool] | None = None,
        count: Job[Sequence[Stretch]] | None = None,
    ) -> tuple[Sequence[RowMapping], int]:  # fmt: skip
        """One page of a query, counted from 1 (or of what is `behind` a place), and the number of rows over all.

        `count` is a cheaper way to count its rows than to count them.
        """

        def job(connection: Connection) -> tuple[Sequence[RowMapping], int]:
            stretches = count(connection) if count else counted(connection, query)
            total = sum(stretch.rows for stretch in stretches)
            if behind is None:
                return rows_of_page(connection, query, order, stretches, page, page_size), total
            part = query.where(behind).order_by(*order).limit(page_size)
            return connection.execute(part).mappings().all(), total

        return await self.read(job)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        if self._closed:
            raise StoreError("The database is closed.")
        if self._fence is not None:
            self._fence.require_unfenced()
        async with self._last_wait.bounded():
            with as_store_error():
                yield


def _connections(url: URL, patience_s: float, notices: NoticeBoard, direct: URL | None) -> Connections:
    if sqlite.is_file(url):
        return sqlite.SqliteConnections(sqlite.create_engine(url), patience_s)
    # A start that opens a file is spared loading it.
    from engine.store import postgresql

    return postgresql.PostgresqlConnections(url, notices, direct)


async def _migrate(url: URL) -> None:
    # Loading what migrates takes longer than opening a database that is up to date.
    from engine.store.migration import migrate

    await migrate(url)


def parsed_url(url: str) -> URL:
    """The URL of a database, of the kinds that there are. Raises SetupError."""
    allowed = "Set TELEFOON_DATABASE_URL to sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SetupError(f"The database's URL can't be read. {allowed}") from None
    if parsed.drivername not in _DRIVERS:
        raise SetupError(f"{parsed.drivername} is not a database that Telefoon keeps calls in. {allowed}")
    return parsed
