"""One thread for what may block or hang: it holds up nobody but those who wait for it, and not for long."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar
from weakref import finalize

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, Any]]
Job = tuple[Work, "Future[Any]"]


class WorkerThread:
    """Does one thing after the other, in an event loop of its own. It begins at first use and ends with its owner."""

    def __init__(self, name: str, *, patience_s: float) -> None:
        self._name = name
        self._patience_s = patience_s
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._begun = False

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Raises TimeoutError after the patience, also where the thread hangs in something earlier."""
        if not self._begun:
            # A thread that hangs must not keep the process from ending, as those of an executor would.
            Thread(target=_do, args=(self._jobs, self._patience_s), name=self._name, daemon=True).start()
            finalize(self, self._jobs.put, None)
            self._begun = True
        done: Future[T] = Future()
        self._jobs.put((work, done))
        async with asyncio.timeout(self._patience_s):
            return await asyncio.wrap_future(done)


def _do(jobs: SimpleQueue[Job | None], patience_s: float) -> None:
    with asyncio.Runner() as runner:
        while (job := jobs.get()) is not None:
            work, done = job
            if not done.set_running_or_notify_cancel():
                continue  # who wanted it has given up
            try:
                done.set_result(runner.run(_within(patience_s, work)))
            except Exception as error:  # noqa: BLE001 - whatever it raises is for the one who waits for it
                done.set_exception(error)


async def _within(patience_s: float, work: Work) -> Any:
    async with asyncio.timeout(patience_s):
        return await work()
