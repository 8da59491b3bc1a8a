"""Threads for what blocks: each does one thing after the other, and none keeps the process from its end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    """Work, and the future of the loop that waits for it."""

    work: Callable[[], Any]
    done: "asyncio.Future[Any]"

    def do(self) -> None:
        """Carry it out, on a thread."""
        if self.done.cancelled():
            return  # who wanted it has given up
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - whatever it raises is for the one who waits for it
            self._tell(self._fail, error)
        else:
            self._tell(self._settle, result)

    def _tell(self, how: Callable[[Any], None], what: Any) -> None:
        with suppress(RuntimeError):  # its loop has been closed, so nobody waits
            self.done.get_loop().call_soon_threadsafe(how, what)

    def _settle(self, result: Any) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Threads:
    """A few threads that share what is to be done. They begin at first use, and end with `close`."""

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []

    async def run(self, work: Callable[[], T]) -> T:
        """Do it on one of them. Whoever is cancelled when it has begun leaves it running."""
        if len(self._threads) < self._count:
            # A thread that hangs must not keep the process from ending, as those of an executor would.
            name = f"{self._name}-{len(self._threads)}"
            self._threads.append(Thread(target=_do, args=(self._jobs,), name=name, daemon=True))
            self._threads[-1].start()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, done))
        return await done

    async def close(self) -> None:
        """Returns when all that was asked for is done; nothing may be asked for any more."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)


def _do(jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job.do()
