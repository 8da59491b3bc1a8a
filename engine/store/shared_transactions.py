"""Transactions that changes share which are asked for at the same time, on a server that runs many side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import joined
from engine.store.connections import Job, T

Run = Callable[[Job[list[Any]]], Awaitable[list[Any]]]
"""Runs a job in a transaction of its own. Raises as its driver does."""


@dataclass(frozen=True, slots=True, eq=False)
class _Passenger:
    """A job, what is done before it, and what whoever waits for it is told."""

    job: Job[Any]
    first: Job[None] | None
    done: "asyncio.Future[Any]"


class SharedTransactions:
    """Each begins at once, with what is asked for in the same turn of the loop, and with whom it invites.

    Where a job of several fails, all are rolled back and each is run again alone. Belongs to asyncio's thread.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._boarding: list[_Passenger] = []
        self._invited: set[Signal] = set()
        self._under_way: set[asyncio.Task[Any]] = set()
        self._idle = Signal()
        self._idle.set()

    async def write(self, job: Job[T], first: Job[None] | None = None) -> T:
        """Run it in a transaction; durable when this returns. Who is cancelled meanwhile may have it stored.

        What several that share a transaction have as `first` is done once, before all of them.
        """
        passenger = _Passenger(job, first, asyncio.get_running_loop().create_future())
        self._boarding.append(passenger)
        if len(self._boarding) == 1:
            self._started(self._carry_next())
        result: T = await passenger.done
        return result

    @contextmanager
    def inviting(self, invited: Signal) -> Iterator[None]:
        """Inside, the event is set when a transaction is about to begin; what is then asked for at once shares it."""
        self._invited.add(invited)
        try:
            yield
        finally:
            self._invited.discard(invited)

    async def count(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Carry out one that nobody shares, which is waited for as these are."""
        return await joined(self._started(transaction))

    async def wait_until_idle(self) -> None:
        """Wait until no transaction is under way."""
        await self._idle.wait()

    async def give_up(self) -> None:
        """End what is under way; whether it is stored is not known."""
        await stopped(*self._under_way)

    def _started(self, transaction: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = started(transaction)
        self._under_way.add(task)
        self._idle.clear()
        task.add_done_callback(self._arrived)
        return task

    def _arrived(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        if not self._under_way:
            self._idle.set()

    async def _carry_next(self) -> None:
        for each in self._invited:
            each.set()
        await asyncio.sleep(0)  # their jobs come now
        boarded, self._boarding = self._boarding, []
        await self._carry([each for each in boarded if not each.done.done()])

    async def _carry(self, together: Sequence[_Passenger]) -> None:
        try:
            results = await self._run(partial(_all_of, together))
        except Exception as error:  # noqa: BLE001 - whatever a job raises is for the one who waits for it
            if len(together) > 1:
                await asyncio.gather(*(self._carry([each]) for each in together))
            else:
                _fail(together, error)
        else:
            for each, result in zip(together, results, strict=True):
                if not each.done.done():
                    each.done.set_result(result)


def _all_of(passengers: Sequence[_Passenger], connection: Connection) -> list[Any]:
    for first in dict.fromkeys(each.first for each in passengers):
        if first is not None:
            first(connection)
    return [each.job(connection) for each in passengers]


def _fail(passengers: Sequence[_Passenger], error: Exception) -> None:
    for each in passengers:
        if not each.done.done():
            each.done.set_exception(error)
