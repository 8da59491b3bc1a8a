"""PgBouncer in transaction mode before PostgreSQL: each transaction may have another connection to the server.

What was prepared in one is not there in the next, so nothing is prepared to be kept, and nothing is asked outside one.
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


async def _connected_in_transaction(*arguments: Any, **how: Any) -> Any:
    connection = await asyncpg.connect(*arguments, **how)
    await connection.execute("BEGIN")
    return connection


def _unnamed() -> str:
    return ""


CONNECT_ARGUMENTS: Final[Mapping[str, object]] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": _unnamed,
    "async_creator_fn": _connected_in_transaction,
}
"""A statement without a name is gone with the next, so none is left behind on a connection that others get."""


def set_up(engine: AsyncEngine) -> None:
    """End the transaction in which SQLAlchemy has asked what it asks of each new connection."""

    @event.listens_for(engine.sync_engine, "connect")
    def end_transaction(connection: Any, _: object) -> None:
        connection.run_async(lambda driver: driver.execute("COMMIT"))
