"""Waiting for what comes first, and for what must come to its end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from engine.aio.first_done import first_done
from engine.aio.signal import Signal
from engine.aio.tasks import log_failure, started, stopped
from engine.errors import TelefoonError

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")

_going_on: Final[set["asyncio.Task[Any]"]] = set()
"""What nobody waits for any more; the loop itself would let go of it."""


class Occurrence(Signal):
    """A signal that is set once; `happened` is done then, so that many may wait for it without a task for each."""

    __slots__ = ("_happened",)

    def __init__(self) -> None:
        super().__init__()
        self._happened: asyncio.Future[None] | None = None

    @property
    def happened(self) -> "asyncio.Future[None]":
        """Made when it is first asked for: most are never waited for like this."""
        if self._happened is None:
            self._happened = asyncio.get_running_loop().create_future()
            if self.is_set():
                self._happened.set_result(None)
        return self._happened

    def set(self) -> None:
        """Tell all who wait that it has happened; safe to repeat."""
        super().set()
        if self._happened is not None and not self._happened.done():
            self._happened.set_result(None)


@asynccontextmanager
async def race(
    one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]
) -> AsyncIterator[tuple[asyncio.Task[A], asyncio.Task[B]]]:
    """Do both until either is done: inside, it is to be seen which. On the way out, both are over.

    Who takes the result of one does not learn how the other failed; that is logged.
    """
    tasks = started(one), started(other)
    try:
        await first_done(*tasks)
        yield tasks
    finally:
        already = [task for task in tasks if task.done()]
        await stopped(*tasks)
        for task in already:
            _log_surprise(task)


@asynccontextmanager
async def until(event: Occurrence, work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Do some work until it is done or the event has come: inside, it is to be seen which. On the way out, it is over.

    It is a race with the event, for one task instead of two.
    """
    task = started(work)
    try:
        await first_done(task, event.happened)
        yield task
    finally:
        already = task.done()
        await stopped(task)
        if already:
            _log_surprise(task)


async def first_of(*events: Signal, timeout_s: float | None = None) -> bool:
    """Wait until one of the events is set; False if none was within `timeout_s` seconds (None: no limit).

    Each that may be set more than once, and so is no Occurrence, costs a task.
    """
    if any(event.is_set() for event in events):
        return True
    happened = [event.happened for event in events if isinstance(event, Occurrence)]
    waiting = [started(event.wait()) for event in events if not isinstance(event, Occurrence)]
    try:
        return await first_done(*happened, *waiting, timeout_s=timeout_s)
    finally:
        await stopped(*waiting)


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end, even where whoever waits for it is cancelled: it goes on without, and logs how it fails."""
    task = started(work)
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    try:
        return await joined(task)
    except asyncio.CancelledError:
        if not task.done():
            task.add_done_callback(log_failure)
        raise


async def joined(task: "asyncio.Future[T]") -> T:
    """What a task of somebody else's gives. Whoever is cancelled meanwhile leaves it running."""
    await first_done(task)
    return task.result()


def _log_surprise(task: "asyncio.Task[Any]") -> None:
    """How it failed, unless that is one of the ways that are known: then the winner's result is what counts."""
    if not task.cancelled() and not isinstance(task.exception(), TelefoonError):
        log_failure(task)
