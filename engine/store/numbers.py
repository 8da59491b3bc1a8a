"""The accounts' telephone numbers."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from engine.errors import NumberTaken
from engine.ids import IdKind, new_id
from engine.model.call_options import STANDARD, NumberOptions
from engine.model.callback import BodyFormat
from engine.model.numbers import Number
from engine.store.database import Database
from engine.store.prepared import PreparedQuery
from engine.store.tables.accounts import numbers
from engine.store.values import RowReader, utc_now, values_of

_NUMBERS: Final = RowReader(Number, NumberOptions)
_BY_E164: Final = PreparedQuery(select(numbers).where(numbers.c.e164 == bindparam("e164")))
"""Made once: each call that begins asks it."""


class Numbers:
    """A number belongs to one account."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(
        self, account_id: str, e164: str, options: NumberOptions = NumberOptions(), *, url: str | None = None,
        fallback_url: str | None = None, method: str = "POST", fallback_method: str = "POST",
        webhook_format: BodyFormat = BodyFormat.FORM,
    ) -> Number:  # fmt: skip
        """Raises NumberTaken if any account has it."""
        number = Number(
            new_id(IdKind.NUMBER), account_id, e164, self._now(), url, fallback_url, method, fallback_method,
            webhook_format, options.over(STANDARD),
        )  # fmt: skip
        if not await self._db.insert_new(numbers, values_of(number)):
            raise NumberTaken(e164)
        return number

    async def get(self, e164: str) -> Number | None:
        row = await self._db.ask(lambda connection: _BY_E164.first(connection, {"e164": e164}))
        return _number(row) if row else None

    async def of_account(self, account_id: str) -> list[Number]:
        """The numbers in their order."""
        query = select(numbers).where(numbers.c.account_id == account_id).order_by(numbers.c.e164)
        return [_number(row) for row in await self._db.rows(query)]

    async def all(self) -> list[Number]:
        """The numbers in their order."""
        return [_number(row) for row in await self._db.rows(select(numbers).order_by(numbers.c.e164))]

    async def webhooks(self) -> list[str]:
        """URLs that calls to numbers ask, each once."""
        urls = [url for number in await self.all() for url in (number.url, number.fallback_url) if url]
        return list(dict.fromkeys(urls))

    async def remove(self, e164: str) -> bool:
        """False if no account has it."""
        return await self._db.change(delete(numbers).where(numbers.c.e164 == e164)) == 1


def _number(row: Mapping[Any, Any]) -> Number:
    return _NUMBERS.read(row)
