"""Accounts and the keys that open them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.errors import InvalidField, KeyFromElsewhere, StoreError
from engine.ids import IdKind, new_id
from engine.model.accounts import CALLS_ONLY, Account, Address, ApiKey, Caller, Network, Scope
from engine.model.call_options import AccountOptions
from engine.privacy.masking import masked_address
from engine.security.secrets import HINT_LENGTH, digest, new_key, same
from engine.store.database import Database
from engine.store.prepared import PreparedQuery
from engine.store.tables.accounts import accounts, api_keys
from engine.store.values import RowReader, utc_now, values_of

Chosen = TypeVar("Chosen", bound=AccountOptions)

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_ACCOUNTS: Final = RowReader(Account, AccountOptions)
_BY_ID: Final = PreparedQuery(select(accounts).where(accounts.c.id == bindparam("this")))
_KEY_NAMES: Final = ("digest", "hint", "last_used_at", "scopes", "expires_at", "networks")
_CALLER: Final = PreparedQuery(
    select(accounts, api_keys.c.id.label("key_id"), *[api_keys.c[name] for name in _KEY_NAMES])
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

    async def move_to(self, account_id: str, region: str) -> None:
        """Have nodes of a region alone carry its calls from now on, any where that is empty."""
        await self._db.change(update(accounts).where(accounts.c.id == account_id).values(region=region))

    async def speak_as(self, account_id: str, spoken_name: str, language: str) -> None:
        """Set for whom programs speak on its calls, and the language of that where the call's has no text."""
        named = {"spoken_name": spoken_name, "language": language}
        await self._db.change(update(accounts).where(accounts.c.id == account_id).values(named))

    async def in_force(self, account_id: str, options: Chosen) -> Chosen:
        """The options of a call or a conference, over those that its account has chosen."""
        account = await self.by_id(account_id)
        return options.over(account.options) if account is not None else options

    async def all(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in await self._db.rows(select(accounts).order_by(accounts.c.name))]

    async def create_key(
        self,
        account_id: str,
        scopes: frozenset[Scope] = CALLS_ONLY,
        *,
        expires_at: datetime | None = None,
        networks: tuple[Network, ...] = (),
    ) -> tuple[ApiKey, str]:
        """A new key, which is told here and never again; without `networks` it is for clients everywhere."""
        key, secret, row = self._new_key(account_id, scopes, expires_at, networks)
        await self._db.change(insert(api_keys), row)
        return key, secret

    async def rotate_key(self, key_id: str, overlap: timedelta) -> tuple[ApiKey, str] | None:
        """A new key on the terms of another, which opens nothing any more after `overlap`; None for one not in use.

        Where the old key was made for some time, the new one is made for as long.
        """

        def job(connection: Connection) -> tuple[ApiKey, str] | None:
            now = self._now()
            row = connection.execute(select(*_KEY).where(api_keys.c.id == key_id).with_for_update()).mappings().first()
            old = ApiKey(**row) if row else None
            if old is None or not old.in_use(now):
                return None
            ends = now + (old.expires_at - old.created_at) if old.expires_at else None
            made, secret, values = self._new_key(old.account_id, old.scopes, ends, old.networks)
            connection.execute(insert(api_keys), values)
            last = min(old.expires_at or now + overlap, now + overlap)
            connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=last))
            return made, secret

        return await self._db.write(job)

    def _new_key(
        self, account_id: str, scopes: frozenset[Scope], expires_at: datetime | None, networks: tuple[Network, ...]
    ) -> tuple[ApiKey, str, dict[str, Any]]:
        """The key as it is stored, the secret, and the row."""
        secret = new_key()
        key = ApiKey(
            new_id(IdKind.KEY), account_id, secret[-HINT_LENGTH:], self._now(),
            scopes=scopes, expires_at=expires_at, networks=networks,
        )  # fmt: skip
        return key, secret, {**values_of(key), "digest": digest(secret, self._pepper)}

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

    async def authenticate(self, key: str, address: Address | None = None) -> Account | None:
        """Whom a key belongs to; None for one that is unknown, expired or revoked. Raises KeyFromElsewhere."""
        caller = await self.caller(key, address)
        return caller.account if caller else None

    async def caller(self, key: str, address: Address | None = None) -> Caller | None:
        """Find whose key this is, with the key's id and scopes, for a client at this address (None: nobody knows).

        Raises KeyFromElsewhere for a key that is not for this address.
        """
        wanted = digest(key, self._pepper)
        row = await self._db.ask(lambda connection: _CALLER.first(connection, {"wanted": wanted}))
        if row is None or not same(row["digest"], wanted):
            return None
        now = self._now()
        if row["expires_at"] is not None and row["expires_at"] <= now:
            return None
        if row["networks"] and not any(address in each for each in row["networks"] if address is not None):
            raise KeyFromElsewhere(row["key_id"], row["hint"])
        await self._note_use(row["key_id"], row["last_used_at"], now, address)
        return Caller(_account(row), row["key_id"], row["scopes"])

    async def _note_use(self, key_id: str, last: datetime | None, now: datetime, address: Address | None) -> None:
        """Not at every request: each would be a write."""
        if last is None or now - last >= _USE_IS_NOTED_EVERY:
            seen = {"last_used_at": now, "last_used_from": masked_address(address) if address else None}
            await self._db.change(update(api_keys).where(api_keys.c.id == key_id).values(seen))


def _account(row: Mapping[Any, Any]) -> Account:
    return _ACCOUNTS.read(row)
