"""The accounts' telephone numbers."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from engine.consent import Choice
from engine.errors import NumberTaken
from engine.ids import Kind, new_id
from engine.numbers import Number
from engine.store.database import Database
from engine.store.tables import numbers
from engine.store.values import utc_now, values_of
from engine.web.request import BodyFormat


class Numbers:
    """A number belongs to one account."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(
        self, account_id: str, e164: str, *, url: str | None = None, fallback_url: str | None = None,
        language: str = "en-GB", record: bool = False, method: str = "POST", fallback_method: str = "POST",
        webhook_format: BodyFormat = BodyFormat.FORM, consent: Choice | None = None,
        recording_beep_s: int | None = None,
    ) -> Number:  # fmt: skip
        """Raises NumberTaken if any account has it."""
        number = Number(
            new_id(Kind.NUMBER), account_id, e164, self._now(), url, fallback_url, language, record, method,
            fallback_method, webhook_format, consent, recording_beep_s,
        )  # fmt: skip
        if not await self._db.insert_new(numbers, values_of(number)):
            raise NumberTaken(e164)
        return number

    async def get(self, e164: str) -> Number | None:
        row = await self._db.row(select(numbers).where(numbers.c.e164 == e164))
        return Number(**row) if row else None

    async def of_account(self, account_id: str) -> list[Number]:
        """In the order of the numbers."""
        query = select(numbers).where(numbers.c.account_id == account_id).order_by(numbers.c.e164)
        return [Number(**row) for row in await self._db.rows(query)]

    async def all(self) -> list[Number]:
        """In the order of the numbers."""
        return [Number(**row) for row in await self._db.rows(select(numbers).order_by(numbers.c.e164))]

    async def webhooks(self) -> list[str]:
        """URLs that calls to numbers ask, each once."""
        urls = [url for number in await self.all() for url in (number.url, number.fallback_url) if url]
        return list(dict.fromkeys(urls))

    async def remove(self, e164: str) -> bool:
        """False if no account has it."""
        return await self._db.change(delete(numbers).where(numbers.c.e164 == e164)) == 1
