"""Conferences and who was in them."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, or_, select, union, update

from engine.errors import StoreError
from engine.model.conference import NEXT, Conference, ConferenceStatus, Participant
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.tables.calls import calls
from engine.store.tables.conferences import conferences, participants
from engine.store.values import changes_of, values_of

_OPEN: Final = tuple(NEXT)
_COUNTED: Final = frozenset({"participant_count"})
_STAYS: Final = frozenset({"id", "conference_id", "joined_at", "left_at"})


class Conferences:
    """Every conference; how many are in one is counted, never stored."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, conference: Conference) -> Conference:
        """Store one that begins; gives it, or the one of this account and name that is open already.

        Durable when this returns.
        """
        inserting = self._db.inserting_new(conferences, values_of(conference, leave=_COUNTED))
        query = _open_ones(conference.account_id, conference.friendly_name)

        def job(connection: Connection) -> Conference:
            if inserting(connection) == 1:
                return conference
            row = connection.execute(query).mappings().first()
            if row is None:
                raise StoreError(f"The conference {conference.friendly_name!r} ended while it was to be opened.")
            return Conference(**row)

        return await self._db.write(job)

    async def save(self, conference: Conference, before: Conference) -> None:
        """Store what is not the same as before, for another node may change the rest. It must be there."""
        values = changes_of(replace(conference, participant_count=before.participant_count), before)
        change = update(conferences).where(conferences.c.id == conference.id)
        if values and await self._db.change(change.values(values)) != 1:
            raise StoreError(f"The conference {conference.id} can't be saved: it was never stored.")

    async def advance(self, conference: Conference) -> bool:
        """Store its next status; False, and nothing is stored, where another node has done so."""
        before = [status for status, following in NEXT.items() if conference.status in following]
        change = update(conferences).where(conferences.c.id == conference.id, conferences.c.status.in_(before))
        return await self._db.change(change.values(status=conference.status, ended_at=conference.ended_at)) == 1

    async def get(self, conference_id: str) -> Conference | None:
        """Find a conference of any account: whoever asks compares."""
        row = await self._db.row(_with_count().where(conferences.c.id == conference_id))
        return Conference(**row) if row else None

    async def by_name(self, account_id: str, name: str) -> Conference | None:
        """The account's open conference of this name."""
        row = await self._db.row(_open_ones(account_id, name))
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

    async def enter(self, participant: Participant) -> tuple[Conference, bool]:
        """Somebody comes in, whichever node others enter on: the conference as it was, and whether there was a place.

        There is none in one that is over, locked or full.
        """
        locking = select(conferences.c.id).where(conferences.c.id == participant.conference_id).with_for_update()
        found = _with_count().where(conferences.c.id == participant.conference_id)
        adding, values = insert(participants), values_of(participant)

        def job(connection: Connection) -> tuple[Conference, bool]:
            connection.execute(locking)
            row = connection.execute(found).mappings().first()
            if row is None:
                raise StoreError(f"The conference {participant.conference_id} was never stored.")
            conference = Conference(**row)
            if enters := conference.has_room:
                connection.execute(adding, values)
            return conference, enters

        return await self._db.write(job)

    async def claim(self, conference_id: str, root: str, by: str) -> bool:
        """Make another node the root in place of this one; of several that want to be, one alone is."""
        stands = (conferences.c.id == conference_id) & (conferences.c.node == root) & conferences.c.status.in_(_OPEN)
        return await self._db.change(update(conferences).where(stands).values(node=by)) == 1

    async def nodes_in(self, conference_id: str) -> frozenset[str]:
        """The nodes on which somebody is in the conference, and the one that is its root."""
        here = (participants.c.conference_id == conference_id) & participants.c.left_at.is_(None)
        of_calls = select(calls.c.node).join(participants, participants.c.call_id == calls.c.id).where(here)
        root = select(conferences.c.node).where(conferences.c.id == conference_id)
        return frozenset(row["node"] for row in await self._db.rows(select(union(of_calls, root).subquery())))

    async def not_consenting(self, conference_id: str) -> frozenset[str]:
        """The nodes on which somebody is in the conference who may not be recorded."""
        here = (participants.c.conference_id == conference_id) & participants.c.left_at.is_(None)
        query = select(calls.c.node).join(participants, participants.c.call_id == calls.c.id).distinct()
        rows = await self._db.rows(query.where(here, participants.c.consents.is_(False)))
        return frozenset(row["node"] for row in rows)

    async def node_of(self, conference_id: str, who: str) -> str | None:
        """The node of somebody who is in the conference, by a participant's or a call's id."""
        named = or_(participants.c.id == who, participants.c.call_id == who) & participants.c.left_at.is_(None)
        query = select(calls.c.node).join(participants, participants.c.call_id == calls.c.id)
        row = await self._db.row(query.where(participants.c.conference_id == conference_id, named))
        return row["node"] if row else None

    async def change(self, participant: Participant) -> None:
        """How somebody takes part, as it is now."""
        changed = update(participants).where(participants.c.id == participant.id)
        await self._db.change(changed, values_of(participant, leave=_STAYS))

    async def leave(self, participant_id: str, at: datetime) -> None:
        """Somebody left; the first time counts."""
        here = (participants.c.id == participant_id) & participants.c.left_at.is_(None)
        await self._db.change(update(participants).where(here).values(left_at=at))

    async def leave_all_of(self, node: str, at: datetime) -> None:
        """Whoever was in a conference on this node has left."""
        of_node = participants.c.call_id.in_(select(calls.c.id).where(calls.c.node == node))
        await self._db.change(update(participants).where(participants.c.left_at.is_(None), of_node).values(left_at=at))

    async def participants(self, conference_id: str, *, here_only: bool = True) -> list[Participant]:
        """The participants in the conference, or all who ever were, in the order in which they came."""
        query = select(participants).where(participants.c.conference_id == conference_id)
        if here_only:
            query = query.where(participants.c.left_at.is_(None))
        rows = await self._db.rows(query.order_by(participants.c.joined_at, participants.c.id))
        return [Participant(**row) for row in rows]


def _open_ones(account_id: str, name: str) -> Select[Any]:
    return _with_count().where(
        conferences.c.account_id == account_id,
        conferences.c.friendly_name == name,
        conferences.c.status.in_(_OPEN),
    )


def _with_count() -> Select[Any]:
    here = (participants.c.conference_id == conferences.c.id) & participants.c.left_at.is_(None)
    count = select(func.count()).select_from(participants).where(here).scalar_subquery()
    return select(conferences, count.label("participant_count"))
