"""PostgreSQL: how it is opened."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, Executable, Table
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.store.documents import to_json

MIGRATION_LOCK: Final = 0x7E1EF002
"""The advisory lock that a migrating node holds to the end of its transaction; any number that is ours alone."""

_CONNECT_TIMEOUT_S: Final = 10
STATEMENT_TIMEOUT_S: Final = 30
"""None of ours takes long: one that does waits for a server that is gone."""


async def scour(engine: AsyncEngine) -> bool:
    """Give the space of deleted rows free for others; what was there is overwritten by and by, not at once."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        await driver.execute("VACUUM")
    return True


def insert_new(table: Table, values: Mapping[str, object]) -> Executable:
    """Inserts a row, or nothing if one with the same unique values is there."""
    # A start that opens a file is spared loading it.
    from sqlalchemy.dialects.postgresql import insert

    return insert(table).values(**values).on_conflict_do_nothing()


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
