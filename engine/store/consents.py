"""Consent records, and the texts that accounts have in place of ours."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from engine.model.consent import ConsentRecord, OwnText, Sentence
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.tables.recordings import consent_texts, consents
from engine.store.values import utc_now, values_of


class Consents:
    """Records are added and read, never changed."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(self, record: ConsentRecord) -> None:
        """Durable when this returns; nothing if it is there."""
        await self._db.write(self.adding(record))

    def adding(self, record: ConsentRecord) -> Job[int]:
        """The same, to be written with other changes."""
        return self._db.inserting_new(consents, values_of(record))

    async def of_call(self, call_id: str) -> list[ConsentRecord]:
        """A call's consents in the order in which they were given."""
        query = select(consents).where(consents.c.call_id == call_id).order_by(consents.c.at, consents.c.id)
        return [ConsentRecord(**row) for row in await self._db.rows(query)]

    async def set_text(self, account_id: str, sentence: Sentence, language: str, text: str) -> OwnText:
        """A new version of an account's own text, in force from now on; `language` without region."""
        now = self._now()
        table = consent_texts.c
        of_it = (table.account_id == account_id) & (table.sentence == sentence) & (table.language == language)

        def job(connection: Connection) -> OwnText:
            last = connection.execute(select(func.max(table.version)).where(of_it)).scalar()
            own = OwnText(account_id, sentence, language, (last or 0) + 1, text, now)
            connection.execute(insert(consent_texts), values_of(own))
            return own

        return await self._db.write(job)

    async def texts(self, account_id: str) -> list[OwnText]:
        """All versions, the newest of each text last."""
        query = select(consent_texts).where(consent_texts.c.account_id == account_id)
        columns = (consent_texts.c.sentence, consent_texts.c.language, consent_texts.c.version)
        return [OwnText(**row) for row in await self._db.rows(query.order_by(*columns))]
