"""Accounts and the keys that open them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, insert, select, update

from engine.errors import InvalidField, StoreError
from engine.ids import IdKind, new_id
from engine.model.accounts import CALLS_ONLY, Account, ApiKey, Caller, Scope
from engine.model.call_options import AccountOptions
from engine.security.secrets import HINT_LENGTH, digest, new_key, same
from engine.store.database import Database
from engine.store.prepared import PreparedQuery
from engine.store.tables.accounts import accounts, api_keys
from engine.store.values import RowReader, utc_now, values_of

Chosen = TypeVar("Chosen", bound=AccountOptions)

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_ACCOUNTS: Final = RowReader(Account, AccountOptions)
_BY_ID: Final = PreparedQuery(select(accounts).where(accounts.c.id == bindparam("this")))
_CALLER: Final = PreparedQuery(
    select(accounts, api_keys.c.id.label("key_id"), api_keys.c.digest, api_keys.c.last_used_at, api_keys.c.scopes)
    .join(api_keys, api_keys.c.account_id == accounts.c.id)
    .where(api_keys.c.digest == bindparam("wanted"), api_keys.c.revoked_at.is_(None))
)
_KEY: Final = [column for column in api_keys.columns if column.name != "digest"]


class Accounts:
    """Keys are stored only as hashes keyed with `pepper`, so the database alone lets nobody in."""

    def __init__(self, db: Database, pepper: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._pepper = pepper
        self._now = now

    async def ensure(self, name: str) -> Account:
        """The account of this name, made if there is none. Raises InvalidField for an empty name."""
        if not name.strip():
            raise InvalidField("account", "An account needs a name.")
        made = Account(new_id(IdKind.ACCOUNT), name, self._now())
        await self._db.insert_new(accounts, values_of(made))
        found = await self.by_name(name)
        if found is None:
            raise StoreError(f"The account {name} can't be made.")
        return found

    async def by_name(self, name: str) -> Account | None:
        row = await self._db.row(select(accounts).where(accounts.c.name == name))
        return _account(row) if row else None

    async def names(self) -> dict[str, str]:
        """Names of all accounts by identifier."""
        return {account.id: account.name for account in await self.all()}

    async def by_id(self, account_id: str) -> Account | None:
        row = await self._db.ask(lambda connection: _BY_ID.first(connection, {"this": account_id}))
        return _account(row) if row else None

    async def choose(self, account_id: str, options: AccountOptions) -> None:
        """What holds for its calls from now on, in place of all that it has chosen before."""
        chosen = {name: value for name, _, value in options.items()}
        await self._db.change(update(accounts).where(accounts.c.id == account_id).values(**chosen))

    async def in_force(self, account_id: str, options: Chosen) -> Chosen:
        """The options of a call or a conference, over those that its account has chosen."""
        account = await self.by_id(account_id)
        return options.over(account.options) if account is not None else options

    async def all(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in await self._db.rows(select(accounts).order_by(accounts.c.name))]

    async def create_key(self, account_id: str, scopes: frozenset[Scope] = CALLS_ONLY) -> tuple[ApiKey, str]:
        """A new key, which is told here and never again."""
        secret = new_key()
        key = ApiKey(new_id(IdKind.KEY), account_id, secret[-HINT_LENGTH:], self._now(), scopes=scopes)
        await self._db.change(insert(api_keys), {**values_of(key), "digest": digest(secret, self._pepper)})
        return key, secret

    async def keys(self, account_id: str | None = None) -> list[ApiKey]:
        """The keys of an account, or of all, oldest first; revoked ones too."""
        query = select(*_KEY).order_by(api_keys.c.id)
        if account_id is not None:
            query = query.where(api_keys.c.account_id == account_id)
        return [ApiKey(**row) for row in await self._db.rows(query)]

    async def revoke(self, key_id: str) -> bool:
        """Revoke a key, which opens nothing from then on; False if there is no such key in use."""
        unrevoked = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
        return await self._db.change(update(api_keys).where(unrevoked).values(revoked_at=self._now())) == 1

    async def authenticate(self, key: str) -> Account | None:
        """Whom a key belongs to; None for one that is unknown or revoked."""
        caller = await self.caller(key)
        return caller.account if caller else None

    async def caller(self, key: str) -> Caller | None:
        """Find whose key this is, with the key's id and scopes."""
        wanted = digest(key, self._pepper)
        row = await self._db.ask(lambda connection: _CALLER.first(connection, {"wanted": wanted}))
        if row is None or not same(row["digest"], wanted):
            return None
        await self._note_use(row["key_id"], row["last_used_at"])
        return Caller(_account(row), row["key_id"], row["scopes"])

    async def _note_use(self, key_id: str, last: datetime | None) -> None:
        """Not at every request: each would be a write."""
        now = self._now()
        if last is None or now - last >= _USE_IS_NOTED_EVERY:
            await self._db.change(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now))


def _account(row: Mapping[Any, Any]) -> Account:
    return _ACCOUNTS.read(row)
