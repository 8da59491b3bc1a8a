"""PgBouncer in transaction mode before PostgreSQL: each transaction may have another connection to the server.

What was prepared in one is not there in the next, so nothing is prepared to be kept, and nothing is asked outside one.
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg


class LentConnection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that is another one's between two transactions."""

    async def set_type_codec(self, *arguments: Any, **how: Any) -> None:
        """Asked of each new connection; the driver prepares a query for it, and then runs it."""
        async with self.transaction():
            await super().set_type_codec(*arguments, **how)


def _unnamed() -> str:
    return ""


CONNECT_ARGUMENTS: Final[Mapping[str, object]] = {
    "connection_class": LentConnection,
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": _unnamed,
}
"""A statement without a name is gone with the next, so none is left behind on a connection that others get."""
