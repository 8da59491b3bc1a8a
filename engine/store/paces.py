"""How fast calls of accounts may begin, a row for each account that has a pace."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine.routing.pacing import Pace
from engine.store.database import Database
from engine.store.prepared import PreparedQuery
from engine.store.tables.pacing import account_paces
from engine.store.values import values_of

_PACE: Final = [account_paces.c[name] for name in Pace.__dataclass_fields__]
_OF: Final = PreparedQuery(select(*_PACE).where(account_paces.c.account_id == bindparam("this")))


class Paces:
    """Calls of an account without one begin at once, or are refused. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, account_id: str) -> Pace | None:
        """The pace of an account, if it has one."""
        row = await self._db.ask(lambda connection: _OF.first(connection, {"this": account_id}))
        return Pace(**row) if row else None

    async def all(self) -> Mapping[str, Pace]:
        """The paces of all accounts that have one."""
        rows = await self._db.rows(select(account_paces))
        return {row["account_id"]: Pace(**{name: row[name] for name in Pace.__dataclass_fields__}) for row in rows}

    async def set(self, account_id: str, pace: Pace | None) -> None:
        """Have this pace, or none; calls that wait follow it within two seconds."""

        def job(connection: Connection) -> None:
            connection.execute(delete(account_paces).where(account_paces.c.account_id == account_id))
            if pace is not None:
                connection.execute(insert(account_paces), {"account_id": account_id, **values_of(pace)})

        await self._db.write(job)
