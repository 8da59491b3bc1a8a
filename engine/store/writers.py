"""How changes reach the database: one at a time where it has one writer, else side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.aio.tasks import started
from engine.errors import StoreError

T = TypeVar("T")
Job = Callable[[AsyncConnection], Awaitable[T]]
"""Changes that belong together. It may be run again after a rollback, so it changes nothing but the database."""

_MOST_AT_ONCE: Final = 64
_LOOK_AGAIN_S: Final = 0.05


class Writer(Protocol):
    """Runs a job in a transaction; when `run` returns, its changes are durable."""

    async def run(self, job: Job[T]) -> T: ...

    async def close(self) -> None:
        """Returns when all that was asked for is done; nothing may be asked for any more."""
        ...


class ParallelWriter:
    """Each job in a transaction of its own connection; the database orders those that meet."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, job: Job[T]) -> T:
        self._running += 1
        self._idle.clear()
        try:
            async with self._engine.begin() as connection:
                return await job(connection)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    async def close(self) -> None:
        await self._idle.wait()


@dataclass(slots=True)
class _Waiting:
    """`begun` is while its transaction runs: from then on it is waited for, as it may be stored."""

    job: Job[Any]
    done: asyncio.Future[Any]
    begun: bool = False


class SerialWriter:
    """Runs jobs one after another; all that wait when it looks share a transaction and its one sync to disk.

    So a busy node pays for a sync not once a change but once a turn. Where a job of several fails, all are
    rolled back and each is run again alone: it fails or succeeds by itself. Another process may have the file to itself
    meanwhile: who asks is told so after `patience_s`, and nothing of it is stored then.
    """

    def __init__(self, engine: AsyncEngine, is_locked: Callable[[BaseException], bool], patience_s: float) -> None:
        self._engine = engine
        self._is_locked = is_locked
        self._patience_s = patience_s
        self._kept = False
        """Whether another process had the file to itself when it was last looked at; a slow disk is none."""
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._worker = started(self._work())

    async def run(self, job: Job[T]) -> T:
        waiting = _Waiting(job, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        try:
            await asyncio.wait({waiting.done}, timeout=self._patience_s)
            while not waiting.done.done() and (waiting.begun or not self._kept):
                await asyncio.wait({waiting.done}, timeout=_LOOK_AGAIN_S)
        finally:
            gave_up = waiting.done.cancel()
        if gave_up:
            raise StoreError(f"Another process has kept the database to itself for {self._patience_s:g} s.")
        result: T = await waiting.done
        return result

    async def close(self) -> None:
        self._queue.put_nowait(None)
        await self._worker

    async def _work(self) -> None:
        closing = False
        while not closing:
            taken = [await self._queue.get()]
            while len(taken) < _MOST_AT_ONCE and not self._queue.empty():
                taken.append(self._queue.get_nowait())
            closing = None in taken
            await self._write([each for each in taken if each is not None])

    async def _write(self, asked: list[_Waiting]) -> None:
        batch = _still_waiting(asked)
        if not batch:
            return
        try:
            async with self._engine.begin() as connection:
                self._kept = False
                batch = _still_waiting(batch)  # another process may have had its turn first
                for each in batch:
                    each.begun = True
                results = [await each.job(connection) for each in batch]
        except Exception as error:  # noqa: BLE001 - whatever a job raises is for the one who waits for it
            if self._is_locked(error):
                await self._write_later(batch)
                return
            if len(batch) > 1:
                for each in batch:
                    await self._write([each])
            elif not batch[0].done.done():
                batch[0].done.set_exception(error)
            return
        for each, result in zip(batch, results, strict=True):
            if not each.done.done():
                each.done.set_result(result)

    async def _write_later(self, batch: list[_Waiting]) -> None:
        """Try again for those who still wait; the library has waited a while for the other process."""
        self._kept = True
        for each in batch:
            each.begun = False
        await asyncio.sleep(_LOOK_AGAIN_S)
        await self._write(batch)


def _still_waiting(asked: list[_Waiting]) -> list[_Waiting]:
    """Who gave up waiting before its turn is not written."""
    return [each for each in asked if not each.done.done()]
