"""The two databases of a move: one that is read while nobody else uses it, and one that is empty and filled."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Table, event, literal_column, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from engine.errors import NotMoved
from engine.store import postgresql, sqlite
from engine.store.database import Database
from engine.store.orphaned_log import require_own_log
from engine.store.schema_version import newest, step_of
from engine.store.tables.complete import metadata
from engine.store.tables.privacy import audit_head

BEGUN_WITH: Final[tuple[Table, ...]] = (audit_head,)
"""Tables in which the migrations themselves have put rows."""

_BUSY_TIMEOUT_MS: Final = 500
_IN_USE: Final = (
    "The {end} is in use: stop all nodes and commands that have it open (`telefoon drain --wait` empties a node "
    "first), then move it."
)
_OF_NEWER: Final = "Move it with the program that has migrated it, which is newer than this one."
_OF_OLDER: Final = (
    "Run any command of this program on it once, such as `telefoon accounts list`, which migrates it; then move it."
)
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


@asynccontextmanager
async def reading(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection that sees one moment of the source and changes nothing of it. Raises NotMoved."""
    engine = _file_alone(url) if sqlite.is_file(url) else _server(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_require_alone, "source")
            await connection.run_sync(_require_our_step, "source")
            yield connection
    finally:
        await engine.dispose()


@asynccontextmanager
async def filling(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection to the target, migrated and empty, in one transaction: what is not whole is not there at all."""
    engine = _file(url) if sqlite.is_file(url) else _server(url)
    try:
        async with engine.connect() as looking:
            is_new = await looking.run_sync(step_of) is None
        if is_new:
            await (await Database.open(url.render_as_string(hide_password=False))).close()
        async with engine.begin() as connection:
            await connection.run_sync(_require_alone, "target")
            await connection.run_sync(_require_our_step, "target")
            await connection.run_sync(_require_empty)
            yield connection
    finally:
        await engine.dispose()


async def analyze(url: URL) -> None:
    """Let a server count what it has been given, by which it plans; a file has its plans without."""
    if sqlite.is_file(url):
        return
    engine = _server(url)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("ANALYZE")
    finally:
        await engine.dispose()


def _file_alone(url: URL) -> AsyncEngine:
    """The source's file, which no other process may have open meanwhile, and into which nothing is written."""
    path = Path(url.database or "")
    if not path.is_file():
        raise NotMoved(f"There is no file {path}: name the database that the node has used, with --from.")
    require_own_log(path)
    engine = create_async_engine(url, poolclass=NullPool)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up_connection(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        # With this the first query takes the whole file, or fails where another process has it open.
        for pragma in (f"busy_timeout = {_BUSY_TIMEOUT_MS}", "locking_mode = EXCLUSIVE", "query_only = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _file(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, poolclass=NullPool)
    sqlite.set_up(engine.sync_engine, busy_timeout_ms=_BUSY_TIMEOUT_MS)
    return sqlite.for_writing(engine)


def _server(url: URL) -> AsyncEngine:
    engine = postgresql.create_engine(url, statement_timeout_s=None)
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _require_alone(connection: Connection, end: str) -> None:
    try:
        if connection.dialect.name == "sqlite":
            connection.execute(select(literal_column("1")).select_from(table("sqlite_master")).limit(1)).all()
            alone = True
        else:
            alone = connection.scalar(_OTHERS) == 0
    except DBAPIError as error:
        if not sqlite.is_locked(error):
            raise
        alone = False
    if not alone:
        raise NotMoved(_IN_USE.format(end=end))


def _require_our_step(connection: Connection, end: str) -> None:
    step, ours = step_of(connection), newest()
    if step is None:
        raise NotMoved(f"The {end} has no tables of Telefoon: name the database that the node has used, with --from.")
    if step != ours:
        raise NotMoved(
            f"The {end}'s tables are at step {step}, those of this program at {ours}. "
            + (_OF_NEWER if step > ours else _OF_OLDER)
        )


def _require_empty(connection: Connection) -> None:
    filled = [each.name for each in metadata.sorted_tables if each not in BEGUN_WITH and _has_rows(connection, each)]
    if filled:
        raise NotMoved(
            f"The target is not empty: there are rows in {', '.join(filled)}. Name an empty database with --to; "
            "a move that was broken off has left nothing in its own."
        )


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(literal_column("1")).select_from(table).limit(1)).first() is not None
