"""Recordings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from engine.errors import StoreError
from engine.model.recording import UNFINISHED, Recording, RecordingStatus
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.moves import doom
from engine.store.page_cursor import PageCursor
from engine.store.tables.recordings import recordings
from engine.store.values import utc_now, values_of


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """An account's recordings; those that began from `since` on and `before`; what is None does not matter.

    `deleted` ones are among them unless it is False.
    """

    account_id: str
    call_id: str | None = None
    conference_id: str | None = None
    status: RecordingStatus | None = None
    source: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    deleted: bool = True

    def takes(self, recording: Recording) -> bool:
        """Whether a recording is of this account, call and conference, and not deleted where that matters."""
        places = ((self.call_id, recording.call_id), (self.conference_id, recording.conference_id))
        return (
            recording.account_id == self.account_id
            and all(wanted in (None, there) for wanted, there in places)
            and (self.deleted or recording.status is not RecordingStatus.DELETED)
        )


class Recordings:
    """Every recording's row; the files are others' matter."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def add(self, recording: Recording) -> None:
        """Durable when this returns."""
        await self._db.change(insert(recordings), values_of(recording))

    async def save(self, recording: Recording, also: Job[None] | None = None) -> None:
        """Store a recording as it is now, but for its place in the object store, which is of Moves. It must be there.

        Where it is deleted, so is its object, later. `also` is done with it.
        """
        values = values_of(recording, leave=frozenset({"object_url"}))
        if recording.status is RecordingStatus.DELETED:
            values["object_url"] = None
        change = update(recordings).where(recordings.c.id == recording.id)

        def job(connection: Connection) -> int:
            if recording.status is RecordingStatus.DELETED:
                doom(connection, recording.id, self._now())
            if also is not None:
                also(connection)
            return connection.execute(change, values).rowcount

        if await self._db.write(job) != 1:
            raise StoreError(f"The recording {recording.id} can't be saved: it was never stored.")

    async def get(self, recording_id: str) -> Recording | None:
        """Find a recording of any account: whoever asks compares."""
        row = await self._db.row(select(recordings).where(recordings.c.id == recording_id))
        return Recording(**row) if row else None

    async def find(
        self, wanted: RecordingFilter, page: int = 1, page_size: int = 50, *, place: PageCursor | None = None
    ) -> tuple[list[Recording], int]:
        """One page, newest first, or what is behind a place; and the number of recordings over all pages."""
        query = select(recordings).where(recordings.c.account_id == wanted.account_id)
        for name in ("call_id", "conference_id", "status", "source"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(recordings.c[name] == value)
        if not wanted.deleted:
            query = query.where(recordings.c.status != RecordingStatus.DELETED)
        if wanted.since is not None:
            query = query.where(recordings.c.started_at >= wanted.since)
        if wanted.before is not None:
            query = query.where(recordings.c.started_at < wanted.before)
        order = (recordings.c.started_at.desc(), recordings.c.id.desc())
        behind = place.behind(recordings.c.started_at, recordings.c.id) if place else None
        rows, total = await self._db.page(query, order, page, page_size, behind)
        return [Recording(**row) for row in rows], total

    async def mark_unwanted(self, recording_id: str) -> None:
        """Mark a recording to be deleted at its end, whatever becomes of this process."""
        await self._db.change(update(recordings).where(recordings.c.id == recording_id).values(unwanted=True))

    async def unfinished(self, node: str) -> list[Recording]:
        """What a node was recording, oldest first."""
        query = select(recordings).where(recordings.c.status.in_(UNFINISHED), recordings.c.node == node)
        return [Recording(**row) for row in await self._db.rows(query.order_by(recordings.c.started_at))]

    async def mark_told(self, recording_id: str) -> None:
        """Its end was told: where to is not kept. The rest of the row may be another's to change by now."""
        await self._db.change(update(recordings).where(recordings.c.id == recording_id).values(callback=None))

    async def untold(self, node: str) -> list[Recording]:
        """Recordings whose end a node has stored, and may not have told."""
        query = select(recordings).where(
            recordings.c.callback.is_not(None), recordings.c.status.not_in(UNFINISHED), recordings.c.node == node
        )
        return [Recording(**row) for row in await self._db.rows(query.order_by(recordings.c.started_at))]

    async def delete(self, recording_id: str, also: Job[None] | None = None) -> bool:
        """Delete a row, and its object, later; `also` is done with it. False if there is none."""

        def job(connection: Connection) -> int:
            doom(connection, recording_id, self._now())
            if also is not None:
                also(connection)
            return connection.execute(delete(recordings).where(recordings.c.id == recording_id)).rowcount

        return await self._db.write(job) == 1
