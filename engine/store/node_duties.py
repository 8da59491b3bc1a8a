"""What nodes must still delete on their own disks, since another has erased what it was of."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from engine.model.node import DutyKind
from engine.model.recording import Recording
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.tables.nodes import node_duties
from engine.store.tables.nodes import nodes as node_rows

_COLUMNS: Final = (node_duties.c.id, node_duties.c.node, node_duties.c.kind, node_duties.c.file)


@dataclass(frozen=True, slots=True)
class NodeDuty:
    """A file's name in the node's folder of recordings, or its caches."""

    id: int
    node: str
    kind: DutyKind
    file: str


class NodeDuties:
    """Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, node: str) -> list[NodeDuty]:
        """What a node must do, the oldest first."""
        query = select(*_COLUMNS).where(node_duties.c.node == node).order_by(node_duties.c.id)
        return [NodeDuty(**row) for row in await self._db.rows(query)]

    async def waiting(self) -> list[NodeDuty]:
        """What all nodes must do."""
        return [NodeDuty(**row) for row in await self._db.rows(select(*_COLUMNS).order_by(node_duties.c.id))]

    async def done(self, duty: NodeDuty) -> None:
        """Forget it."""
        await self._db.change(delete(node_duties).where(node_duties.c.id == duty.id))

    async def empty_caches_of_others(self, node: str, at: datetime) -> None:
        """Have every other node of this database empty its caches, also one that is not there now."""

        def job(connection: Connection) -> None:
            others = connection.scalars(select(node_rows.c.name).where(node_rows.c.name != node)).all()
            for other in others:
                connection.execute(insert(node_duties), _row(other, DutyKind.CACHES, "", at))

        await self._db.write(job)

    async def forget(self, node: str) -> int:
        """Drop what a node was to do that will not come back; how much it was."""
        return await self._db.change(delete(node_duties).where(node_duties.c.node == node))


def deleting(row: Recording, at: datetime) -> Job[None]:
    """The job that has a recording's node delete its file, to be written with the end of its row."""
    values = _row(row.node, DutyKind.FILE, Path(row.path).name, at)

    def job(connection: Connection) -> None:
        connection.execute(insert(node_duties), values)

    return job


def _row(node: str, kind: DutyKind, file: str, at: datetime) -> dict[str, object]:
    return {"node": node, "kind": kind, "file": file, "since": at}
