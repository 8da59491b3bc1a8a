"""Queues, and every wait in them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, not_, or_, select, update

from engine.errors import StoreError
from engine.model.queue import RESULTS, Queue, QueueFigures, QueueResult, Wait, WaitEvent
from engine.store.database import Database
from engine.store.holds import account_is_free, call_is_free
from engine.store.tables.conferences import queue_waits, queues
from engine.store.values import values_of


class Queues:
    """Queues by account and name."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def made(self, queue: Queue) -> Queue:
        """The account's queue of this name: the stored one, or this one, now stored."""
        await self._db.insert_new(queues, values_of(queue))
        wanted = (queues.c.account_id == queue.account_id) & (queues.c.friendly_name == queue.friendly_name)
        row = await self._db.row(select(queues).where(wanted))
        if row is None:
            raise StoreError(f"The queue {queue.friendly_name!r} could not be stored.")
        return Queue(**row)

    async def get(self, queue_id: str) -> Queue | None:
        """Find a queue of any account: whoever asks compares."""
        row = await self._db.row(select(queues).where(queues.c.id == queue_id))
        return Queue(**row) if row else None

    async def of_ids(self, queue_ids: Sequence[str]) -> list[Queue]:
        """Find queues of any account, as far as there are any of these ids."""
        if not queue_ids:
            return []
        return [Queue(**row) for row in await self._db.rows(select(queues).where(queues.c.id.in_(queue_ids)))]

    async def rename(self, queue: Queue) -> bool:
        """Give it the name that it has here. False where another of its account has it."""
        others = select(queues.c.id).where(
            queues.c.account_id == queue.account_id,
            queues.c.friendly_name == queue.friendly_name,
            queues.c.id != queue.id,
        )

        def job(connection: Connection) -> bool:
            if connection.execute(others).first() is not None:
                return False
            change = update(queues).where(queues.c.id == queue.id).values(friendly_name=queue.friendly_name)
            return connection.execute(change).rowcount == 1

        return await self._db.write(job)

    async def remove(self, queue_id: str) -> bool:
        """Delete it with all waits in it. False where somebody waits, or a legal hold keeps a call that has waited."""
        waits = queue_waits.c.queue_id == queue_id
        kept = or_(queue_waits.c.left_at.is_(None), not_(call_is_free(queue_waits.c.call_id)))
        free = account_is_free(queues.c.account_id)

        def job(connection: Connection) -> bool:
            if connection.execute(select(queue_waits.c.id).where(waits, kept)).first() is not None:
                return False
            if connection.execute(select(queues.c.id).where(queues.c.id == queue_id, free)).first() is None:
                return False
            connection.execute(delete(queue_waits).where(waits))
            return connection.execute(delete(queues).where(queues.c.id == queue_id)).rowcount == 1

        return await self._db.write(job)

    async def of_account(self, account_id: str, page: int = 1, page_size: int = 50) -> tuple[list[Queue], int]:
        """One page by name, and the number of queues over all pages."""
        query = select(queues).where(queues.c.account_id == account_id)
        rows, total = await self._db.page(query, (queues.c.friendly_name, queues.c.id), page, page_size)
        return [Queue(**row) for row in rows], total

    async def entered(self, wait: Wait) -> None:
        """A call begins to wait."""
        await self._db.change(insert(queue_waits), values_of(wait))

    async def claim(self, wait: Wait, at: datetime) -> bool:
        """Its wait ends with being served; of several who want to serve it, on whichever node, one does."""
        waits = (queue_waits.c.id == wait.id) & queue_waits.c.left_at.is_(None)
        served = RESULTS[WaitEvent.SERVED]
        return await self._db.change(update(queue_waits).where(waits).values(left_at=at, result=served)) == 1

    async def put_back(self, wait: Wait) -> None:
        """Its wait goes on after all: who claimed it could not serve it."""
        served = (queue_waits.c.id == wait.id) & (queue_waits.c.result == RESULTS[WaitEvent.SERVED])
        await self._db.change(update(queue_waits).where(served).values(left_at=None, result=None))

    async def left(self, wait: Wait, at: datetime, result: QueueResult) -> Wait:
        """Its wait is over."""
        change = update(queue_waits).where(queue_waits.c.id == wait.id).values(left_at=at, result=result)
        await self._db.change(change)
        return replace(wait, left_at=at, result=result)

    async def open_waits(self, queue_ids: Sequence[str]) -> list[Wait]:
        """Who waits in these queues now."""
        query = select(queue_waits).where(queue_waits.c.queue_id.in_(queue_ids), queue_waits.c.left_at.is_(None))
        return [Wait(**row) for row in await self._db.rows(query.order_by(queue_waits.c.entered_at))]

    async def end_waits_of(self, call_id: str, at: datetime) -> None:
        """A call whose process died waits no longer."""
        open_ = (queue_waits.c.call_id == call_id) & queue_waits.c.left_at.is_(None)
        await self._db.change(
            update(queue_waits).where(open_).values(left_at=at, result=RESULTS[WaitEvent.PROCESS_DIED])
        )

    async def figures(self, queue_id: str, since: datetime) -> QueueFigures:
        """What happened to those who entered since then and have left."""
        ended = select(queue_waits).where(
            queue_waits.c.queue_id == queue_id, queue_waits.c.entered_at >= since, queue_waits.c.left_at.is_not(None)
        )
        waits = [Wait(**row) for row in await self._db.rows(ended)]
        served = [_seconds(wait) for wait in waits if wait.result is QueueResult.BRIDGED]
        return QueueFigures(
            served=len(served),
            hung_up=sum(wait.result is QueueResult.HANGUP for wait in waits),
            left=sum(wait.result in (QueueResult.LEAVE, QueueResult.REDIRECTED) for wait in waits),
            average_wait_s=round(sum(served) / len(served), 1) if served else None,
            longest_wait_s=round(max(served), 1) if served else None,
        )


def _seconds(wait: Wait) -> float:
    return (wait.left_at - wait.entered_at).total_seconds() if wait.left_at else 0.0
