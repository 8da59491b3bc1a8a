"""Leases: what only one of the nodes of a database does at a time, for a while, by the database's clock."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, delete, literal, or_, update

from engine.store.database import Database
from engine.store.moment_functions import DatabaseClock
from engine.store.tables.nodes import leases

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Leases:
    """Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, name: str, node: str, seconds: float) -> bool:
        """Take or renew a lease for so long; False while another node has it."""
        making = self._db.inserting_new(leases, {"name": name, "node": "", "lease_until": _NEVER})
        free = or_(leases.c.node == node, leases.c.lease_until <= DatabaseClock(literal(0.0)))
        until = DatabaseClock(literal(seconds))
        taking = update(leases).where(leases.c.name == name, free).values(node=node, lease_until=until)

        def job(connection: Connection) -> bool:
            making(connection)
            return connection.execute(taking).rowcount == 1

        return await self._db.write(job)

    async def give_back(self, name: str, node: str) -> None:
        """Let another have it now."""
        await self._db.change(delete(leases).where(leases.c.name == name, leases.c.node == node))
