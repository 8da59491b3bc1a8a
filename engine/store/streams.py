"""Media streams."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.model.stream import MediaStream, StreamStatus
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.tables.streams import streams
from engine.store.values import values_of


class MediaStreams:
    """Every stream's row. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, stream: MediaStream) -> None:
        """Durable when this returns."""
        await self._db.change(insert(streams), values_of(stream))

    async def save(self, stream: MediaStream) -> None:
        """Store a stream as it is now. It must be there, unless its call's data was deleted meanwhile."""
        await self.save_with(stream, ())

    async def save_with(self, stream: MediaStream, also: Sequence[Job[Any]]) -> None:
        """The same, with other changes: all or nothing."""

        def job(connection: Connection) -> None:
            connection.execute(update(streams).where(streams.c.id == stream.id), values_of(stream))
            for each in also:
                each(connection)

        await self._db.write(job)

    async def get(self, stream_id: str) -> MediaStream | None:
        """Find a stream of any account: whoever asks compares."""
        row = await self._db.row(select(streams).where(streams.c.id == stream_id))
        return MediaStream(**row) if row else None

    async def of_call(
        self, call_id: str, page: int = 1, page_size: int = 50, place: PageCursor | None = None
    ) -> tuple[list[MediaStream], int]:
        """One page of a call's, newest first, or what is behind a place; and how many there are."""
        query = select(streams).where(streams.c.call_id == call_id)
        newest_first = (streams.c.started_at.desc(), streams.c.id.desc())
        behind = place.behind(streams.c.started_at, streams.c.id) if place else None
        rows, total = await self._db.page(query, newest_first, page, page_size, behind)
        return [MediaStream(**row) for row in rows], total

    async def named(self, call_id: str, id_or_name: str) -> MediaStream | None:
        """The latest of a call's with this identifier or name."""
        is_it = (streams.c.id == id_or_name) | (streams.c.name == id_or_name)
        query = select(streams).where(streams.c.call_id == call_id, is_it)
        row = await self._db.row(query.order_by(streams.c.started_at.desc(), streams.c.id.desc()).limit(1))
        return MediaStream(**row) if row else None

    async def open_on(self, node: str) -> list[MediaStream]:
        """The streams that a node has not closed."""
        query = select(streams).where(streams.c.status == StreamStatus.IN_PROGRESS, streams.c.node == node)
        return [MediaStream(**row) for row in await self._db.rows(query.order_by(streams.c.id))]
