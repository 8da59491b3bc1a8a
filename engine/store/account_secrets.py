"""The accounts' signing secrets, encrypted; while one is being replaced, two are valid."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, insert, or_, select, update

from engine.aio.tasks import started
from engine.aio.waits import joined
from engine.errors import StoreError
from engine.ids import IdKind, new_id
from engine.security.secrets import same
from engine.security.vault import Vault
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.tables.accounts import account_secrets, accounts
from engine.store.values import utc_now
from engine.webhooks.signing import PREFIX, new_secret

GRACE: Final = timedelta(hours=24)
"""How long a replaced secret still signs."""

_REMEMBERED_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class AccountSecret:
    """A secret in clear; `expires_at` is set once a newer one has replaced it."""

    id: str
    account_id: str
    secret: str
    created_at: datetime
    expires_at: datetime | None = None


class AccountSecrets:
    """Each account has one from its first use on. `secrets` is quick: it asks the database every few seconds."""

    def __init__(self, db: Database, pepper: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._vault = Vault(pepper)
        self._now = now
        self._known: dict[str, tuple[float, list[AccountSecret]]] = {}
        self._asking: dict[str, asyncio.Task[list[AccountSecret]]] = {}

    async def secrets(self, account_id: str) -> list[str]:
        """The secrets valid now, the newest first; one is made if there is none. Raises StoreError, SetupError.

        While the database fails, those that it last told.
        """
        asked_at, known = self._known.get(account_id, (float("-inf"), []))
        if time.monotonic() - asked_at > _REMEMBERED_S:
            try:
                known = await self._ask_once(account_id)
            except StoreError:
                if not known:
                    raise
        return [each.secret for each in self._in_force(known)]

    async def which(self, account_id: str, secret: str) -> str | None:
        """The id of the account's valid secret that this is; None for none of them. Raises StoreError, SetupError."""
        if not secret.startswith(PREFIX):
            return None
        asked_at, known = self._known.get(account_id, (float("-inf"), []))
        if time.monotonic() - asked_at > _REMEMBERED_S:
            known = await self._found(account_id)
        given = secret.encode()
        matching = [each.id for each in self._in_force(known) if same(each.secret.encode(), given)]
        return matching[0] if matching else None

    async def valid(self, account_id: str) -> list[AccountSecret]:
        """Read an account's valid secrets from the database itself, not from memory."""
        return [self._opened(row) for row in await self._db.write(self._ensured(account_id))]

    async def all(self, account_id: str) -> list[AccountSecret]:
        """Every secret of the account, also those that have expired, the newest first."""
        rows = await self._db.rows(_of(account_id))
        return [self._opened(row) for row in rows]

    async def rotate(self, account_id: str) -> AccountSecret:
        """A new secret; those before it are valid for GRACE longer. Raises StoreError."""

        def job(connection: Connection) -> AccountSecret:
            _lock(connection, account_id)
            mine = (account_secrets.c.account_id == account_id) & account_secrets.c.expires_at.is_(None)
            connection.execute(update(account_secrets).where(mine).values(expires_at=self._now() + GRACE))
            return self._add(connection, account_id)

        made = await self._db.write(job)
        self._known.pop(account_id, None)
        return made

    async def _ask_once(self, account_id: str) -> list[AccountSecret]:
        """However many calls want to know at the same time."""
        asking = self._asking.get(account_id)
        if asking is None:
            asking = started(self._read(account_id))
            self._asking[account_id] = asking
            asking.add_done_callback(lambda _: self._asking.pop(account_id, None))
        return await joined(asking)

    async def _read(self, account_id: str) -> list[AccountSecret]:
        return await self._found(account_id) or self._remembered(account_id, await self.valid(account_id))

    async def _found(self, account_id: str) -> list[AccountSecret]:
        """The stored ones; asking for an account that has none makes none, and is not remembered."""
        found = await self._db.rows(_valid(account_id, self._now()))
        known = [self._opened(row) for row in found]
        return self._remembered(account_id, known) if known else []

    def _remembered(self, account_id: str, known: list[AccountSecret]) -> list[AccountSecret]:
        self._known[account_id] = (time.monotonic(), known)
        return known

    def _in_force(self, known: Sequence[AccountSecret]) -> list[AccountSecret]:
        now = self._now()
        return [each for each in known if each.expires_at is None or each.expires_at > now]

    def _ensured(self, account_id: str) -> Job[Sequence[RowMapping]]:
        def job(connection: Connection) -> Sequence[RowMapping]:
            _lock(connection, account_id)
            query = _valid(account_id, self._now())
            found: Sequence[RowMapping] = connection.execute(query).mappings().all()
            if not any(row["expires_at"] is None for row in found):
                self._add(connection, account_id)
                found = connection.execute(query).mappings().all()
            return found

        return job

    def _add(self, connection: Connection, account_id: str) -> AccountSecret:
        made = AccountSecret(new_id(IdKind.SECRET), account_id, new_secret(), self._now())
        connection.execute(
            insert(account_secrets).values(
                id=made.id,
                account_id=account_id,
                secret=self._vault.seal(made.secret, account_id),
                created_at=made.created_at,
            )
        )
        return made

    def _opened(self, row: RowMapping) -> AccountSecret:
        secret = self._vault.open(row["secret"], row["account_id"])
        return AccountSecret(row["id"], row["account_id"], secret, row["created_at"], row["expires_at"])


def _lock(connection: Connection, account_id: str) -> None:
    """Until the transaction's end, so that two processes don't both make a first secret."""
    connection.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())


def _valid(account_id: str, now: datetime) -> Select[Any]:
    still = or_(account_secrets.c.expires_at.is_(None), account_secrets.c.expires_at > now)
    return _of(account_id).where(still)


def _of(account_id: str) -> Select[Any]:
    query = select(account_secrets).where(account_secrets.c.account_id == account_id)
    return query.order_by(account_secrets.c.created_at.desc(), account_secrets.c.id.desc())
