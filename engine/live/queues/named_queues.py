"""The queues of a node by account and name: made, renamed and removed, and who stands where in them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from engine.errors import NotFound, StoreError, WrongState
from engine.flow.interpreter import Start
from engine.ids import IdKind, new_id
from engine.live.queues.live_queue import LiveQueue, Waiter
from engine.live.session.session import Session
from engine.model.queue import Queue, estimated_wait_s
from engine.store.queues import Queues

log = structlog.get_logger(__name__)


class NamedQueues:
    """Finds the queues that live on this node; those of other nodes are rows."""

    def __init__(self, stored_queues: Queues, now: Callable[[], datetime]) -> None:
        self._stored_queues = stored_queues
        self._now = now
        self._queues: dict[tuple[str, str], LiveQueue] = {}

    async def of(self, account_id: str, name: str) -> LiveQueue:
        """The queue of an account by its name, which is made by whoever comes first."""
        key = (account_id, name)
        if key not in self._queues:
            queue = Queue(new_id(IdKind.QUEUE), account_id, name, self._now())
            try:
                queue = await self._stored_queues.made(queue)
            except StoreError as error:
                # Callers wait all the same; the queue is stored when it is next made.
                log.error("store_failed", error=str(error))
            self._queues.setdefault(key, LiveQueue(queue))
        return self._queues[key]

    def find(self, wait_id: str) -> tuple[LiveQueue, Waiter] | None:
        """Who has this wait on this node, and in which queue."""
        for queue in self._queues.values():
            if (waiter := queue.find(wait_id)) is not None:
                return queue, waiter
        return None

    async def take(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Session:
        """Give the first who waits, or the one named, another flow. Raises NotFound, WrongState."""
        queue = next((each for each in self._queues.values() if each.queue.id == queue_id), None)
        if queue is None or queue.queue.account_id != account_id:
            await self._stored(account_id, queue_id)
            raise WrongState(f"Nobody waits in {queue_id}.")
        found = [each for each in queue.waiters if call_id in (None, each.session.call.id)]
        if not found:
            raise WrongState(
                f"{call_id or 'Nobody'} does not wait in {queue_id}." if call_id else "Nobody waits there."
            )
        session = found[0].session
        if not session.handover.may_be_given:
            raise WrongState(f"{session.call.id} can't be given another flow now.")
        session.handover.give(start)
        return session

    async def rename(self, account_id: str, queue_id: str, name: str) -> Queue:
        """Calls wait in it by its next name. Raises NotFound, and WrongState where another has that."""
        queue = replace(await self._stored(account_id, queue_id), friendly_name=name)
        if not await self._stored_queues.rename(queue):
            raise WrongState(f"There is another queue named {name!r}.")
        live = self._forget(queue_id)
        if live is not None:
            live.rename(queue)
            self._queues[(account_id, name)] = live
        return queue

    async def remove(self, account_id: str, queue_id: str) -> None:
        """Delete it with its figures. Raises NotFound, and WrongState where somebody waits or a legal hold keeps it."""
        await self._stored(account_id, queue_id)
        waited_in = any(live.queue.id == queue_id and live.waiters for live in self._queues.values())
        if waited_in or not await self._stored_queues.remove(queue_id):
            raise WrongState(f"Somebody waits in {queue_id}, or a legal hold keeps who has waited in it.")
        self._forget(queue_id)

    async def follow_names(self) -> None:
        """Have each found by the name that it has now, whichever node gave it. Raises StoreError.

        One that was removed is forgotten as soon as nobody waits in it.
        """
        asked = [live.queue.id for live in self._queues.values()]
        named = {each.id: each for each in await self._stored_queues.of_ids(asked)}
        for queue_id in asked:
            live = self._forget(queue_id)
            if live is None:
                continue
            live.rename(named.get(queue_id, live.queue))
            if queue_id in named or live.waiters:
                self._queues[(live.queue.account_id, live.queue.friendly_name)] = live

    def position(self, call_id: str) -> tuple[int, float | None] | None:
        """Where a call stands in its queue, and how long it may still wait; None if it does not."""
        for queue in self._queues.values():
            for waiter in queue.waiters:
                if waiter.session.call.id == call_id:
                    position = queue.position(waiter)
                    return position, estimated_wait_s(position, queue.average_wait_s, len(queue.waiters))
        return None

    async def _stored(self, account_id: str, queue_id: str) -> Queue:
        queue = await self._stored_queues.get(queue_id)
        if queue is None or queue.account_id != account_id:
            raise NotFound("queue", queue_id)
        return queue

    def _forget(self, queue_id: str) -> LiveQueue | None:
        """Take it out of those that live here."""
        key = next((key for key, live in self._queues.items() if live.queue.id == queue_id), None)
        return None if key is None else self._queues.pop(key)
