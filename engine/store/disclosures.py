"""Disclosure records, and the notices that accounts have in place of ours."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from engine.model.disclosure import DisclosureRecord, OwnNotice
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.tables.disclosures import disclosure_texts, disclosures
from engine.store.values import utc_now, values_of


class Disclosures:
    """Records are added and read, never changed."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    def adding(self, record: DisclosureRecord) -> Job[int]:
        """A record, to be written with other changes; nothing if it is there."""
        return self._db.inserting_new(disclosures, values_of(record))

    async def of_call(self, call_id: str) -> list[DisclosureRecord]:
        """A call's disclosures in the order in which they were made."""
        query = select(disclosures).where(disclosures.c.call_id == call_id)
        rows = await self._db.rows(query.order_by(disclosures.c.begun_at, disclosures.c.id))
        return [DisclosureRecord(**row) for row in rows]

    async def set_text(self, account_id: str, language: str, text: str) -> OwnNotice:
        """A new version of an account's own notice, in force from now on; `language` without region."""
        now = self._now()
        table = disclosure_texts.c
        of_it = (table.account_id == account_id) & (table.language == language)

        def job(connection: Connection) -> OwnNotice:
            last = connection.execute(select(func.max(table.version)).where(of_it)).scalar()
            own = OwnNotice(account_id, language, (last or 0) + 1, text, now)
            connection.execute(insert(disclosure_texts), values_of(own))
            return own

        return await self._db.write(job)

    async def texts(self, account_id: str) -> list[OwnNotice]:
        """All versions, the newest of each language last."""
        query = select(disclosure_texts).where(disclosure_texts.c.account_id == account_id)
        order = (disclosure_texts.c.language, disclosure_texts.c.version)
        return [OwnNotice(**row) for row in await self._db.rows(query.order_by(*order))]
