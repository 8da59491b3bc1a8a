"""What has changed of trunks, one row for each change, by the node that has seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from engine.ids import IdKind, new_id
from engine.model.trunk.reachability import TrunkChange, TrunkEventKind
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.tables.trunks import trunk_events


@dataclass(frozen=True, slots=True)
class StoredTrunkEvent:
    """A change of a trunk's state on a node; `detail` is the registrar's answer, or the host that it is about."""

    id: str
    trunk: str
    node: str
    at: datetime
    kind: TrunkEventKind
    detail: str


class TrunkEvents:
    """Added to and read, never changed; they outlive their trunk until they are old. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, node: str, changes: Sequence[TrunkChange]) -> None:
        """Write down what a node has seen, all or nothing."""

        def job(connection: Connection) -> None:
            connection.execute(insert(trunk_events), rows)

        rows = [
            {
                "id": new_id(IdKind.TRUNK_EVENT),
                "trunk": each.trunk,
                "node": node,
                "at": each.event.at,
                "kind": each.event.kind,
                "detail": each.event.detail,
            }
            for each in changes
        ]
        if rows:
            await self._db.write(job)

    async def of_trunk(
        self, trunk: str, page: int = 1, page_size: int = 50, place: PageCursor | None = None
    ) -> tuple[list[StoredTrunkEvent], int]:
        """One page, newest first, or what is behind a place; and how many there are over all pages."""
        query = select(trunk_events).where(trunk_events.c.trunk == trunk)
        order = (trunk_events.c.at.desc(), trunk_events.c.id.desc())
        behind = place.behind(trunk_events.c.at, trunk_events.c.id) if place else None
        rows, total = await self._db.page(query, order, page, page_size, behind)
        return [StoredTrunkEvent(**row) for row in rows], total

    async def count_before(self, before: datetime) -> int:
        """How many are from before a moment."""
        row = await self._db.row(select(func.count().label("due")).where(trunk_events.c.at < before))
        return int(row["due"]) if row else 0

    async def remove_before(self, before: datetime) -> int:
        """Remove what is from before a moment; how many."""
        return await self._db.change(delete(trunk_events).where(trunk_events.c.at < before))
