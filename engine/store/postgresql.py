"""PostgreSQL: how it is opened and asked."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Final

from sqlalchemy import URL, Connection, Executable, Select, Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.aio.signal import Signal
from engine.store import pgbouncer, server_choice
from engine.store.connections import Job, T, both
from engine.store.documents import to_json
from engine.store.notice_listener import NoticeListener
from engine.store.notice_sender import NoticeSender, payload
from engine.store.notice_wishes import NoticeWishes
from engine.store.notices import CHANNEL, NoticeBoard, Topic, take_told
from engine.store.reads_together import reads_of_this_task, together
from engine.store.shared_transactions import SharedTransactions

MIGRATION_LOCK: Final = 0x7E1EF002
"""The advisory lock that a migrating node holds to the end of its transaction; any number that is ours alone."""

_READ_ONLY: Final = "25006"
"""read_only_sql_transaction, of PostgreSQL's table of errors."""
_CONNECT_TIMEOUT_S: Final = 10
STATEMENT_TIMEOUT_S: Final = 30
"""None of ours takes long: one that does waits for a server that is gone."""
IDLE_IN_TRANSACTION_S: Final = 4
"""Between two statements of a transaction we do nothing else: who does not go on in so long is gone, or stands still.

What it has locked must not keep others from taking over its calls."""


def create_engine(
    url: URL, *, statement_timeout_s: float | None = STATEMENT_TIMEOUT_S, pooled: bool = False
) -> AsyncEngine:
    """An engine whose connections are not tried before they are used, which would take three trips each time.

    One that is `pooled` is of PgBouncer's, where each transaction may have another connection to the server.
    """
    limits = {} if pooled or statement_timeout_s is None else _limits(statement_timeout_s)
    return create_async_engine(
        url,
        json_serializer=to_json,
        hide_parameters=True,
        pool_size=10,
        # The one that came back last knows its statements, and the server's process for it is warm: few are used.
        pool_use_lifo=True,
        max_overflow=10,
        pool_timeout=30,
        connect_args={
            "async_creator_fn": server_choice.connect,
            "timeout": _CONNECT_TIMEOUT_S,
            "command_timeout": statement_timeout_s,
            "server_settings": limits,
            **(pgbouncer.CONNECT_ARGUMENTS if pooled else {}),
        },
    )


def _limits(statement_timeout_s: float) -> dict[str, str]:
    """What the server ends by itself, in milliseconds: who is cut off must hold up nobody who waits for its end."""
    return {
        "statement_timeout": str(round(1000 * statement_timeout_s)),
        "idle_in_transaction_session_timeout": str(round(1000 * IDLE_IN_TRANSACTION_S)),
    }


class PostgresqlConnections:
    """A server's: many transactions side by side; the database orders those that meet."""

    def __init__(
        self, url: URL, board: NoticeBoard, listen_url: URL | None = None, wishes: NoticeWishes | None = None
    ) -> None:
        """`listen_url` leads to the server itself where `url` leads to PgBouncer before it."""
        pooled = listen_url is not None
        self._engine = create_engine(url, pooled=pooled)
        # Each statement sees what is committed when it begins, in a transaction too: one would only cost two trips.
        # Of PgBouncer's connections a statement needs one while it is prepared and run, and so a transaction.
        self._reading = self._engine if pooled else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        wishes = wishes or NoticeWishes()
        self._sender = NoticeSender(self._notify, wishes)
        self._listener = NoticeListener(listen_url or url, board, self._sender.name, wishes)
        self._transactions = SharedTransactions(self._transaction)

    @property
    def is_shared(self) -> bool:
        return True

    async def write(self, job: Job[T], first: Job[None] | None = None) -> T:
        reads = reads_of_this_task()
        begun = reads.hand_over() if reads else None
        if begun is None:
            return await self._transactions.write(job, first)
        alone = job if first is None else both(first, job)
        return await self._transactions.count(self._write_behind_reads(begun, alone))

    async def write_alone(self, job: Job[T]) -> T:
        return await _done(self._reading, job)

    async def read(self, job: Job[T]) -> T:
        reads = reads_of_this_task()
        return await (reads.run(job) if reads else self._read_alone(job))

    def together(self) -> AbstractAsyncContextManager[None]:
        return together(self._engine, self._read_alone)

    async def end_reads(self) -> None:
        if (reads := reads_of_this_task()) is not None:
            await reads.end()

    async def ask(self, job: Job[T]) -> T:
        return await self.read(job)

    async def check(self) -> None:
        """The server keeps what it has taken."""

    def inviting(self, invited: Signal) -> AbstractContextManager[None]:
        return self._transactions.inviting(invited)

    def insert_new(self, table: Table) -> Executable:
        return insert(table).on_conflict_do_nothing()

    async def listen(self) -> None:
        await self._listener.run()

    async def scour(self) -> bool:
        """Give the space of deleted rows free for others; what was there is overwritten by and by, not at once."""
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute("VACUUM")  # which is in no transaction, not even in one that PgBouncer asks for
        return True

    async def close(self, *, answers: bool = True) -> None:
        if not answers:
            await self._transactions.give_up()
        await self._transactions.wait_until_idle()
        await self._sender.close()
        await self._engine.dispose(close=answers)

    async def _read_alone(self, job: Job[T]) -> T:
        return await _done(self._reading, job)

    async def _write_behind_reads(self, begun: AsyncConnection, job: Job[T]) -> T:
        """Change something in the transaction in which was read; in another where that was lost meanwhile."""
        try:
            try:
                result, topics = await begun.run_sync(_with_what_it_tells, job)
            except DBAPIError as error:
                if _is_read_only(error):
                    await begun.invalidate()
                if not error.connection_invalidated:
                    raise
            else:
                await _commit(begun, topics, self._sender)
                return result
        finally:
            await begun.close()
        return await self._transaction(job)

    async def _transaction(self, job: Job[T]) -> T:
        return await _done(self._engine, job, self._sender)

    async def _notify(self, payload: str) -> None:
        async with self._reading.connect() as connection:
            await connection.execute(_notifying(payload))
            await connection.commit()


def _notifying(payload: str) -> Select[Any]:
    return select(func.pg_notify(CHANNEL, payload))


def _is_read_only(error: DBAPIError) -> bool:
    """Whether the server takes no changes, as a standby or one that somebody has set so."""
    return getattr(error.orig, "sqlstate", None) == _READ_ONLY


async def _done(engine: AsyncEngine, job: Job[T], sender: NoticeSender | None = None, *, again: bool = True) -> T:
    """Carry out the job and commit it; once more if its connection was lost, which while idle nobody notices."""
    async with engine.connect() as connection:
        try:
            result, topics = await connection.run_sync(_with_what_it_tells, job)
        except DBAPIError as error:
            if _is_read_only(error):
                await connection.invalidate()  # another may find it writable again: a session stays as it began
                raise
            # Nothing is stored before the commit.
            if not (again and error.connection_invalidated):
                raise
        else:
            await _commit(connection, topics, sender)
            return result
    return await _done(engine, job, sender, again=False)


def _with_what_it_tells(connection: Connection, job: Job[T]) -> tuple[T, frozenset[Topic]]:
    take_told(connection)  # of a transaction that was rolled back
    result = job(connection)
    return result, take_told(connection)


async def _commit(connection: AsyncConnection, topics: frozenset[Topic], sender: NoticeSender | None) -> None:
    """Commit, and have other nodes told."""
    if sender is None:
        await connection.commit()
        return
    carried = sender.carried(topics)
    try:
        if carried:
            await connection.execute(_notifying(payload(sender.name, carried)))
        await connection.commit()
    except BaseException:
        sender.later(carried)
        raise
    sender.later(topics - carried)
