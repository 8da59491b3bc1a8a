"""Conferences and who was in them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, insert, select, update

from engine.errors import StoreError
from engine.model.conference import NEXT, Conference, ConferenceStatus, Participant
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.tables.conferences import conferences, participants
from engine.store.values import values_of

_OPEN: Final = tuple(NEXT)
_COUNTED: Final = frozenset({"participant_count"})
_STAYS: Final = frozenset({"id", "conference_id", "joined_at", "left_at"})


class Conferences:
    """Every conference; how many are in one is counted, never stored."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, conference: Conference) -> None:
        """Durable when this returns."""
        await self._db.change(insert(conferences), values_of(conference, leave=_COUNTED))

    async def save(self, conference: Conference) -> None:
        """Store a conference as it is now, but for the count. It must be there."""
        change = update(conferences).where(conferences.c.id == conference.id)
        if await self._db.change(change, values_of(conference, leave=_COUNTED)) != 1:
            raise StoreError(f"The conference {conference.id} can't be saved: it was never stored.")

    async def get(self, conference_id: str) -> Conference | None:
        """Find a conference of any account: whoever asks compares."""
        row = await self._db.row(_with_count().where(conferences.c.id == conference_id))
        return Conference(**row) if row else None

    async def by_name(self, account_id: str, name: str) -> Conference | None:
        """The account's oldest open conference of this name."""
        query = _with_count().where(
            conferences.c.account_id == account_id,
            conferences.c.friendly_name == name,
            conferences.c.status.in_(_OPEN),
        )
        row = await self._db.row(query.order_by(conferences.c.date_created, conferences.c.id).limit(1))
        return Conference(**row) if row else None

    async def find(
        self, account_id: str, status: ConferenceStatus | None = None, name: str | None = None,
        page: int = 1, page_size: int = 50, *, place: PageCursor | None = None, since: datetime | None = None,
        before: datetime | None = None, changed_since: datetime | None = None, changed_before: datetime | None = None,
    ) -> tuple[list[Conference], int]:  # fmt: skip
        """One page, newest first, or what is behind a place; and the number of conferences over all pages.

        Those made from `since` on and `before`, where these are given, and by when they ended, or else were made.
        """
        query = _with_count().where(conferences.c.account_id == account_id)
        if status is not None:
            query = query.where(conferences.c.status == status)
        if name is not None:
            query = query.where(conferences.c.friendly_name == name)
        if since is not None:
            query = query.where(conferences.c.date_created >= since)
        if before is not None:
            query = query.where(conferences.c.date_created < before)
        changed = func.coalesce(conferences.c.ended_at, conferences.c.date_created)
        if changed_since is not None:
            query = query.where(changed >= changed_since)
        if changed_before is not None:
            query = query.where(changed < changed_before)
        order = (conferences.c.date_created.desc(), conferences.c.id.desc())
        behind = place.behind(conferences.c.date_created, conferences.c.id) if place else None
        rows, total = await self._db.page(query, order, page, page_size, behind)
        return [Conference(**row) for row in rows], total

    async def open_on(self, node: str) -> list[Conference]:
        """A node's conferences that are not completed, oldest first."""
        query = _with_count().where(conferences.c.status.in_(_OPEN), conferences.c.node == node)
        rows = await self._db.rows(query.order_by(conferences.c.date_created, conferences.c.id))
        return [Conference(**row) for row in rows]

    async def unvisited(self, node: str, before: datetime) -> list[Conference]:
        """A node's conferences that were made before a moment and that nobody has ever entered."""
        nobody = ~select(participants.c.id).where(participants.c.conference_id == conferences.c.id).exists()
        query = _with_count().where(
            conferences.c.status == ConferenceStatus.INIT,
            conferences.c.node == node,
            conferences.c.date_created < before,
            nobody,
        )
        return [Conference(**row) for row in await self._db.rows(query)]

    async def join(self, participant: Participant) -> None:
        """Somebody came in."""
        await self._db.change(insert(participants), values_of(participant))

    async def change(self, participant: Participant) -> None:
        """How somebody takes part, as it is now."""
        changed = update(participants).where(participants.c.id == participant.id)
        await self._db.change(changed, values_of(participant, leave=_STAYS))

    async def leave(self, participant_id: str, at: datetime) -> None:
        """Somebody left; the first time counts."""
        here = (participants.c.id == participant_id) & participants.c.left_at.is_(None)
        await self._db.change(update(participants).where(here).values(left_at=at))

    async def participants(self, conference_id: str, *, here_only: bool = True) -> list[Participant]:
        """The participants in the conference, or all who ever were, in the order in which they came."""
        query = select(participants).where(participants.c.conference_id == conference_id)
        if here_only:
            query = query.where(participants.c.left_at.is_(None))
        rows = await self._db.rows(query.order_by(participants.c.joined_at, participants.c.id))
        return [Participant(**row) for row in rows]


def _with_count() -> Select[Any]:
    here = (participants.c.conference_id == conferences.c.id) & participants.c.left_at.is_(None)
    count = select(func.count()).select_from(participants).where(here).scalar_subquery()
    return select(conferences, count.label("participant_count"))
