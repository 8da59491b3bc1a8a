"""The accounts' telephone numbers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from engine.errors import NumberTaken
from engine.ids import IdKind, new_id
from engine.model.applications import Application
from engine.model.call_options import STANDARD, NumberOptions
from engine.model.callback import BodyFormat
from engine.model.number_ranges import MOST_OPEN, fitting
from engine.model.numbers import Number
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.prepared import PreparedQuery
from engine.store.tables.accounts import accounts, applications, numbers
from engine.store.values import RowReader, utc_now, values_of

_NUMBERS: Final = RowReader(Number, NumberOptions)
_BY_E164: Final = PreparedQuery(select(numbers).where(numbers.c.e164 == bindparam("e164")))
_NEWEST_FIRST: Final = (numbers.c.created_at.desc(), numbers.c.id.desc())
_PLACES: Final = tuple(f"fits_{place}" for place in range(MOST_OPEN + 1))
_OF_APPLICATION: Final = "application_"
_REGION: Final = "account_region"
_ANSWERED: Final = select(
    numbers, *[each.label(f"{_OF_APPLICATION}{each.name}") for each in applications.columns if each.name != "id"]
).outerjoin(applications, applications.c.id == numbers.c.application_id)
_TAKING: Final = PreparedQuery(
    # Those that fit one number are of one length, and digits come before the letter of open ones.
    _ANSWERED.add_columns(accounts.c.region.label(_REGION))
    .join(accounts, accounts.c.id == numbers.c.account_id)
    .where(numbers.c.e164.in_([bindparam(place) for place in _PLACES]))
    .order_by(numbers.c.e164)
    .limit(1)
)
"""Made once: each call that begins asks it."""


class Numbers:
    """A number belongs to one account, and so does a range of them."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(
        self, account_id: str, e164: str, options: NumberOptions = NumberOptions(), *, url: str | None = None,
        fallback_url: str | None = None, method: str = "POST", fallback_method: str = "POST",
        webhook_format: BodyFormat = BodyFormat.FORM, friendly_name: str | None = None,
        application_id: str | None = None,
    ) -> Number:  # fmt: skip
        """A number, or a range of them. Raises NumberTaken if any account has the same."""
        number = Number(
            new_id(IdKind.NUMBER), account_id, e164, self._now(), url, fallback_url, method, fallback_method,
            webhook_format, options.over(STANDARD), friendly_name, application_id,
        )  # fmt: skip
        if not await self._db.insert_new(numbers, values_of(number)):
            raise NumberTaken(e164)
        return number

    async def taking(self, e164: str) -> Number | None:
        """Who takes calls to a number: itself, or the smallest range that it is in, under the number.

        It is as its application answers it, where it names one.
        """
        taking = await self.taking_in_region(e164)
        return taking[0] if taking else None

    async def taking_in_region(self, e164: str) -> tuple[Number, str] | None:
        """Who takes calls to a number, as above, and the region of its account, empty for any."""
        fits = fitting(e164)
        values = dict(zip_longest(_PLACES, fits, fillvalue=e164))
        row = await self._db.ask(lambda connection: _TAKING.first(connection, values))
        return (replace(_answered(row), e164=e164), row[_REGION]) if row else None

    async def get(self, e164: str) -> Number | None:
        """The number, or the range that is written so."""
        row = await self._db.ask(lambda connection: _BY_E164.first(connection, {"e164": e164}))
        return _number(row) if row else None

    async def ids_taking(self, account_id: str, e164s: Collection[str]) -> dict[str, str]:
        """The ids of an account's numbers and ranges that take calls to these, by one query; others are left out."""
        fits = {e164: fitting(e164) for e164 in e164s}
        wanted = {each for spellings in fits.values() for each in spellings}
        query = select(numbers.c.e164, numbers.c.id)
        query = query.where(numbers.c.account_id == account_id, numbers.c.e164.in_(wanted))
        known = {row["e164"]: row["id"] for row in await self._db.rows(query)} if wanted else {}
        taking = {e164: next((each for each in spellings if each in known), None) for e164, spellings in fits.items()}
        return {e164: known[each] for e164, each in taking.items() if each is not None}

    async def by_id(self, number_id: str) -> Number | None:
        """Find a number of any account: whoever asks compares."""
        row = await self._db.row(select(numbers).where(numbers.c.id == number_id))
        return _number(row) if row else None

    async def find(
        self, account_id: str, *, like: str | None = None, name: str | None = None, page: int = 1,
        page_size: int = 50, place: PageCursor | None = None,
    ) -> list[Number]:  # fmt: skip
        """One page of an account's, newest first, or what is behind a place.

        `like` is for those in which these digits stand, a star for any one; `name` for those of this friendly name.
        """
        query = select(numbers).where(numbers.c.account_id == account_id)
        if like is not None:
            escaped = like.translate({ord(sign): f"\\{sign}" for sign in "\\%_"}).replace("*", "_")
            query = query.where(numbers.c.e164.like(f"%{escaped}%", escape="\\"))
        if name is not None:
            query = query.where(func.coalesce(numbers.c.friendly_name, numbers.c.e164) == name)
        behind = place.behind(numbers.c.created_at, numbers.c.id) if place else None
        rows, _ = await self._db.page(query, _NEWEST_FIRST, page, page_size, behind)
        return [_number(row) for row in rows]

    async def of_account(self, account_id: str) -> list[Number]:
        """The numbers in their order."""
        query = select(numbers).where(numbers.c.account_id == account_id).order_by(numbers.c.e164)
        return [_number(row) for row in await self._db.rows(query)]

    async def all(self) -> list[Number]:
        """The numbers in their order."""
        return [_number(row) for row in await self._db.rows(select(numbers).order_by(numbers.c.e164))]

    async def webhooks(self) -> list[str]:
        """URLs that calls to numbers ask, each once."""
        answered = [_answered(row) for row in await self._db.rows(_ANSWERED.order_by(numbers.c.e164))]
        urls = [url for each in answered for url in (each.url, each.fallback_url, each.options.status_callback) if url]
        return list(dict.fromkeys(urls))

    async def change(self, number: Number, given: Mapping[str, Any]) -> Number:
        """The number with other fields and options, for calls that begin from now on."""
        if given:
            await self._db.change(update(numbers).where(numbers.c.id == number.id).values(**given))
        chosen = {name: value for name, value in given.items() if name in NumberOptions.table()}
        fields = {name: value for name, value in given.items() if name not in chosen}
        return replace(number, **fields, options=replace(number.options, **chosen))

    async def remove(self, e164: str) -> bool:
        """False if no account has it."""
        return await self._db.change(delete(numbers).where(numbers.c.e164 == e164)) == 1


def _number(row: Mapping[Any, Any]) -> Number:
    return _NUMBERS.read(row)


def _answered(row: Mapping[Any, Any]) -> Number:
    """The number of a row, as the application beside it answers it."""
    number = _number(row)
    if number.application_id is None or row[f"{_OF_APPLICATION}account_id"] != number.account_id:
        return number
    fields = {each.name: row[f"{_OF_APPLICATION}{each.name}"] for each in applications.columns if each.name != "id"}
    return Application(id=number.application_id, **fields).answering(number)
