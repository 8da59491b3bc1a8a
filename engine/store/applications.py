"""The accounts' applications."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from engine.ids import IdKind, new_id
from engine.model.applications import Application
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.tables.accounts import applications, numbers
from engine.store.values import utc_now, values_of

_NEWEST_FIRST: Final = (applications.c.created_at.desc(), applications.c.id.desc())


class Applications:
    """An application belongs to one account. Everything raises StoreError."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(self, account_id: str, friendly_name: str, **chosen: Any) -> Application:
        """A new application of these fields."""
        now = self._now()
        made = Application(new_id(IdKind.APPLICATION), account_id, friendly_name, now, now, **chosen)
        await self._db.change(insert(applications), values_of(made))
        return made

    async def get(self, application_id: str) -> Application | None:
        """Find an application of any account: whoever asks compares."""
        row = await self._db.row(select(applications).where(applications.c.id == application_id))
        return Application(**row) if row else None

    async def find(
        self, account_id: str, name: str | None = None, page: int = 1, page_size: int = 50,
        place: PageCursor | None = None,
    ) -> tuple[list[Application], int]:  # fmt: skip
        """One page of an account's, newest first, or what is behind a place; and how many there are.

        `name` is for those of this name alone.
        """
        query = select(applications).where(applications.c.account_id == account_id)
        if name is not None:
            query = query.where(applications.c.friendly_name == name)
        behind = place.behind(applications.c.created_at, applications.c.id) if place else None
        rows, total = await self._db.page(query, _NEWEST_FIRST, page, page_size, behind)
        return [Application(**row) for row in rows], total

    async def all(self, account_id: str | None = None) -> list[Application]:
        """Every application of an account, or of all accounts, newest first."""
        query = select(applications).order_by(*_NEWEST_FIRST)
        if account_id is not None:
            query = query.where(applications.c.account_id == account_id)
        return [Application(**row) for row in await self._db.rows(query)]

    async def change(self, application: Application, given: Mapping[str, Any]) -> Application:
        """The application with other fields, for calls that begin from now on."""
        changed = replace(application, **given, updated_at=self._now())
        row = applications.c.id == application.id
        await self._db.change(update(applications).where(row).values(**given, updated_at=changed.updated_at))
        return changed

    async def remove(self, application_id: str) -> bool:
        """False if there was none. Numbers that name it are answered by their own URLs from then on."""

        def job(connection: Connection) -> bool:
            naming = numbers.c.application_id == application_id
            connection.execute(update(numbers).where(naming).values(application_id=None))
            return connection.execute(delete(applications).where(applications.c.id == application_id)).rowcount == 1

        return await self._db.write(job)
