"""Brings a database to the tables that this program knows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from engine.errors import StoreError
from engine.store import postgresql, sqlite
from engine.store.months.splitting import forget, prepare
from engine.store.schema_version import FIRST_READER, is_fit, keep_oldest_reader

OLDEST_READER: Final = "oldest_reader"
"""What a migration that takes away calls the first step whose program does without (engine/store/schema_version.py)."""
_BUSY_TIMEOUT_MS: Final = 15_000
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


async def migrate(url: URL) -> None:
    """Migrate to the latest version, in one transaction, one process at a time. Raises as databases do.

    What takes long and stops nobody is done before, beside that transaction (engine/store/months/splitting.py).
    """
    if url.get_backend_name() == "sqlite":
        await _migrate_sqlite(url)
    else:
        await _migrate_postgresql(url)


async def _migrate_sqlite(url: URL) -> None:
    path = sqlite.create_file(url)
    engine = create_async_engine(url)
    sqlite.set_up(engine.sync_engine, busy_timeout_ms=_BUSY_TIMEOUT_MS)
    try:
        async with sqlite.alone_with(path), sqlite.for_writing(engine).begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def _migrate_postgresql(url: URL) -> None:
    engine = postgresql.create_engine(url, statement_timeout_s=None)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": postgresql.MIGRATION_LOCK})
            # It waits while another connection prepares.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as beside:
                await beside.run_sync(prepare, datetime.now(UTC))
            await connection.run_sync(_upgrade)
    except BaseException:
        async with engine.begin() as connection:
            await connection.run_sync(forget)
        raise
    finally:
        await engine.dispose()


def configured(connection: Connection) -> Config:
    """Alembic, with our migrations, on a connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    """Raises StoreError for a database whose tables this program can't work on, and which it can't migrate."""
    if is_fit(connection):
        return  # another process was first
    config = configured(connection)
    scripts = ScriptDirectory.from_config(config)
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - {
        script.revision for script in scripts.walk_revisions()
    }
    if unknown:
        raise StoreError(
            f"The database is newer than this program: its tables are at step {', '.join(unknown)}. "
            "Install the version that made it, or restore a backup from before."
        )
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"The database could not be migrated: {error}") from error
    keep_oldest_reader(connection, _oldest_reader(scripts))


def _oldest_reader(scripts: ScriptDirectory) -> str:
    """The oldest step whose program works on the newest tables."""
    return max(getattr(script.module, OLDEST_READER, FIRST_READER) for script in scripts.walk_revisions())
