"""Threads for what blocks: each does one thing after the other, and none keeps the process from its end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[Callable[[], Any], "Future[Any]"]


class Threads:
    """A few threads that share what is to be done. They begin at first use, and end with `close`."""

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[Thread] = []

    async def run(self, work: Callable[[], T]) -> T:
        """Do it on one of them. Whoever is cancelled when it has begun leaves it running."""
        if len(self._threads) < self._count:
            # A thread that hangs must not keep the process from ending, as those of an executor would.
            name = f"{self._name}-{len(self._threads)}"
            self._threads.append(Thread(target=_do, args=(self._jobs,), name=name, daemon=True))
            self._threads[-1].start()
        done: Future[T] = Future()
        self._jobs.put((work, done))
        return await asyncio.wrap_future(done)

    async def close(self) -> None:
        """Returns when all that was asked for is done; nothing may be asked for any more."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)


def _do(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        work, done = job
        if not done.set_running_or_notify_cancel():
            continue  # who wanted it has given up
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whatever it raises is for the one who waits for it
            done.set_exception(error)
