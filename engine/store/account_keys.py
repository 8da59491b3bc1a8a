"""The accounts' keys, each wrapped in a master key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.model.wrapped_key import WrappedKey
from engine.store.database import Database
from engine.store.tables.accounts import account_keys, accounts


@dataclass(frozen=True, slots=True)
class AccountKey:
    """One account's; `master` names the master key that wrapped it."""

    account_id: str
    master: str
    wrapped: bytes
    created_at: datetime

    @property
    def key(self) -> WrappedKey:
        return WrappedKey(self.master, self.wrapped)


class AccountKeys:
    """One key an account, made once."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, account_id: str) -> AccountKey | None:
        row = await self._db.row(select(account_keys).where(account_keys.c.account_id == account_id))
        return AccountKey(**row) if row else None

    async def add(self, key: AccountKey) -> AccountKey:
        """The one that is stored then: of two at once, the first. Raises StoreError."""

        def job(connection: Connection) -> AccountKey:
            lock = select(accounts.c.id).where(accounts.c.id == key.account_id).with_for_update()
            connection.execute(lock)
            query = select(account_keys).where(account_keys.c.account_id == key.account_id)
            found = connection.execute(query).mappings().one_or_none()
            if found is not None:
                return AccountKey(**found)
            connection.execute(
                insert(account_keys).values(
                    account_id=key.account_id, master=key.master, wrapped=key.wrapped, created_at=key.created_at
                )
            )
            return key

        return await self._db.write(job)

    async def rewrap(self, old: AccountKey, key: WrappedKey) -> bool:
        """False if another has done so meanwhile. Raises StoreError."""
        same = (account_keys.c.account_id == old.account_id) & (account_keys.c.wrapped == old.wrapped)
        change = update(account_keys).where(same).values(master=key.master, wrapped=key.wrapped)
        return await self._db.change(change) == 1

    async def all(self) -> list[AccountKey]:
        """Oldest first."""
        rows = await self._db.rows(select(account_keys).order_by(account_keys.c.created_at))
        return [AccountKey(**row) for row in rows]
