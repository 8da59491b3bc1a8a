"""PostgreSQL: how it is opened and asked."""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from sqlalchemy import URL, Executable, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.aio.signal import Signal
from engine.store.connections import Job, T
from engine.store.documents import to_json

MIGRATION_LOCK: Final = 0x7E1EF002
"""The advisory lock that a migrating node holds to the end of its transaction; any number that is ours alone."""

_READ_ONLY: Final = "25006"
"""read_only_sql_transaction, of PostgreSQL's table of errors."""
_CONNECT_TIMEOUT_S: Final = 10
IDLE_IN_TRANSACTION_MS: Final = 3000
"""A node that was stopped, or cut off, within a transaction holds what it has locked for no longer than this."""
STATEMENT_TIMEOUT_S: Final = 30
"""None of ours takes long: one that does waits for a server that is gone."""


def create_engine(url: URL, *, statement_timeout_s: float | None = STATEMENT_TIMEOUT_S) -> AsyncEngine:
    """An engine whose connections are not tried before they are used, which would take three trips each time."""
    return create_async_engine(
        url,
        json_serializer=to_json,
        hide_parameters=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=30,
        connect_args={
            "timeout": _CONNECT_TIMEOUT_S,
            "command_timeout": statement_timeout_s,
            "server_settings": {"idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS)},
        },
    )


class PostgresqlConnections:
    """A server's: each job on one of its own; the database orders those that meet."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._running = 0
        self._idle = Signal()
        self._idle.set()

    @property
    def is_shared(self) -> bool:
        return True

    async def write(self, job: Job[T]) -> T:
        self._running += 1
        self._idle.clear()
        try:
            return await _done(self._engine, job)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    async def write_alone(self, job: Job[T]) -> T:
        return await _done(self._reading, job)

    async def read(self, job: Job[T]) -> T:
        # Each statement sees what is committed when it begins, in a transaction too: one would only cost two trips.
        return await _done(self._reading, job)

    async def ask(self, job: Job[T]) -> T:
        return await self.read(job)

    async def check(self) -> None:
        """The server keeps what it has taken."""

    def inviting(self, _: Signal) -> AbstractContextManager[None]:
        """Each transaction is of one."""
        return nullcontext()

    def insert_new(self, table: Table) -> Executable:
        return insert(table).on_conflict_do_nothing()

    async def scour(self) -> bool:
        """Give the space of deleted rows free for others; what was there is overwritten by and by, not at once."""
        await self.read(lambda connection: connection.exec_driver_sql("VACUUM"))
        return True

    async def close(self) -> None:
        await self._idle.wait()
        await self._engine.dispose()


def _is_read_only(error: DBAPIError) -> bool:
    """Whether the server takes no changes, as a standby or one that somebody has set so."""
    return getattr(error.orig, "sqlstate", None) == _READ_ONLY


async def _done(engine: AsyncEngine, job: Job[T], *, again: bool = True) -> T:
    """Carry out the job and commit it; once more if its connection was lost, which while idle nobody notices."""
    async with engine.connect() as connection:
        try:
            result = await connection.run_sync(job)
        except DBAPIError as error:
            if _is_read_only(error):
                await connection.invalidate()  # another may find it writable again: a session stays as it began
                raise
            # Nothing is stored before the commit.
            if not (again and error.connection_invalidated):
                raise
        else:
            await connection.commit()
            return result
    return await _done(engine, job, again=False)
