"""Moves of recordings between disks and the object store: noted before anything is sent, so that no death loses it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.model.recording import Recording, RecordingStatus
from engine.store.database import Database
from engine.store.tables.recordings import MoveState, object_moves, recordings
from engine.store.values import values_of

_CLOSED = (RecordingStatus.COMPLETED, RecordingStatus.FAILED)
_TO_REMOVE = (MoveState.CANCELLED, MoveState.LEAVING)


@dataclass(frozen=True, slots=True)
class Move:
    """An object that may be in the store although no recording says so; `node` is the process that uploads it."""

    recording_id: str
    account_id: str
    url: str
    node: str
    state: MoveState
    since: datetime


class Moves:
    """Recordings on their way to the object store or out of it, of all nodes. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def to_upload(self, node: str) -> list[Recording]:
        """What lies on a node's disk, closed, the oldest first."""
        query = select(recordings).where(
            recordings.c.node == node,
            recordings.c.object_url.is_(None),
            recordings.c.status.in_(_CLOSED),
            recordings.c.seconds.is_not(None),
        )
        return [Recording(**row) for row in await self._db.rows(query.order_by(recordings.c.started_at))]

    async def begin(self, recording_id: str, url: str, at: datetime) -> str | None:
        """Begin a move to `url`, or where an earlier attempt began it; give that, None if it was deleted meanwhile."""

        def job(connection: Connection) -> str | None:
            row = _locked(connection, recording_id)
            if row is None or row.status not in _CLOSED or row.object_url is not None:
                return None
            query = select(object_moves.c.url).where(object_moves.c.recording_id == recording_id)
            begun = connection.scalar(query)
            if begun is not None:
                return str(begun)
            move = Move(recording_id, row.account_id, url, row.node, MoveState.COMING, at)
            connection.execute(insert(object_moves), values_of(move))
            return url

        return await self._db.write(job)

    async def uploaded(self, recording_id: str, url: str) -> bool:
        """The recording is there from now on. False if it was deleted meanwhile: then the object must go."""

        def job(connection: Connection) -> bool:
            _locked(connection, recording_id)
            coming = (object_moves.c.recording_id == recording_id) & (object_moves.c.state == MoveState.COMING)
            if connection.execute(delete(object_moves).where(coming)).rowcount != 1:
                return False
            change = update(recordings).where(recordings.c.id == recording_id).values(object_url=url)
            connection.execute(change)
            return True

        return await self._db.write(job)

    async def to_remove(self, node: str) -> list[Move]:
        """Objects of deleted recordings, the oldest first."""
        query = select(object_moves).where(object_moves.c.node == node, object_moves.c.state.in_(_TO_REMOVE))
        return [Move(**row) for row in await self._db.rows(query.order_by(object_moves.c.since))]

    async def take_removals(self, node: str, by: str) -> None:
        """Have one node remove the objects that another was to remove: only the store is needed for that."""
        theirs = (object_moves.c.node == node) & object_moves.c.state.in_(_TO_REMOVE)
        await self._db.change(update(object_moves).where(theirs).values(node=by))

    async def waiting(self, account_ids: Collection[str] | None = None) -> list[Move]:
        """Objects of deleted recordings of these accounts, or of all, that are still to be removed."""
        query = select(object_moves).where(object_moves.c.state.in_(_TO_REMOVE))
        if account_ids is not None:
            query = query.where(object_moves.c.account_id.in_(account_ids))
        return [Move(**row) for row in await self._db.rows(query)]

    async def removed(self, recording_id: str) -> None:
        """The object is gone."""
        done = (object_moves.c.recording_id == recording_id) & object_moves.c.state.in_(_TO_REMOVE)
        await self._db.change(delete(object_moves).where(done))

    async def in_store(self) -> int:
        """How many recordings are in a store, by their rows."""
        query = select(func.count().label("there")).where(recordings.c.object_url.is_not(None))
        row = await self._db.row(query)
        return int(row["there"]) if row else 0

    async def already_there(self, recording_ids: Sequence[str]) -> set[str]:
        """The recordings among these that are in the object store, by their rows."""
        query = select(recordings.c.id).where(recordings.c.id.in_(recording_ids), recordings.c.object_url.is_not(None))
        return {row["id"] for row in await self._db.rows(query)}


def doom(connection: Connection, recording_id: str, at: datetime) -> None:
    """The recording is deleted by this transaction: so is what is of it in the store, or on its way there, later."""
    row = _locked(connection, recording_id)
    if row is None:
        return
    coming = (object_moves.c.recording_id == recording_id) & (object_moves.c.state == MoveState.COMING)
    connection.execute(update(object_moves).where(coming).values(state=MoveState.CANCELLED, since=at))
    if row.object_url is not None:
        move = Move(recording_id, row.account_id, row.object_url, row.node, MoveState.LEAVING, at)
        connection.execute(insert(object_moves), values_of(move))


@dataclass(frozen=True, slots=True)
class _Locked:
    account_id: str
    status: RecordingStatus
    node: str
    object_url: str | None


def _locked(connection: Connection, recording_id: str) -> _Locked | None:
    """Whoever changes a recording and its move takes the recording first, so that none waits for another for ever."""
    columns = (recordings.c.account_id, recordings.c.status, recordings.c.node, recordings.c.object_url)
    query = select(*columns).where(recordings.c.id == recording_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _Locked(**row)
