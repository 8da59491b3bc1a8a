"""Answers to requests that carry an Idempotency-Key, kept for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select, update

from engine.store.database import Database
from engine.store.tables.accounts import idempotency_keys

KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A request's answer, kept for its repetitions; `status` is None while it is worked on.

    `fingerprint` tells requests apart.
    """

    fingerprint: str
    created_at: datetime
    status: int | None = None
    body: str = ""
    location: str | None = None


class IdempotencyKeys:
    """Answers to requests with an Idempotency-Key, by account and key: the same request is answered so again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, account_id: str, key: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
        """None if this request is the first with its key, which is the others' from now on; else what is kept."""
        await self._db.change(delete(idempotency_keys).where(idempotency_keys.c.created_at < now - KEPT))
        values = {"account_id": account_id, "key": key, "fingerprint": fingerprint, "created_at": now}
        if await self._db.insert_new(idempotency_keys, values):
            return None
        columns = [idempotency_keys.c[name] for name in KeptAnswer.__dataclass_fields__]
        row = await self._db.row(select(*columns).where(_is(account_id, key)))
        return KeptAnswer(**row) if row else None

    async def finish(self, account_id: str, key: str, status: int, body: str, location: str | None) -> None:
        """Keep the answer."""
        change = update(idempotency_keys).where(_is(account_id, key))
        await self._db.change(change.values(status=status, body=body, location=location))

    async def forget(self, account_id: str, key: str) -> None:
        """The request failed: it may be made again."""
        await self._db.change(delete(idempotency_keys).where(_is(account_id, key)))


def _is(account_id: str, key: str) -> ColumnElement[bool]:
    return (idempotency_keys.c.account_id == account_id) & (idempotency_keys.c.key == key)
