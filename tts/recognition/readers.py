"""The processes that read what callers say, and whose turn it is to be read.

Each speaker waits for one reading at a time, so that turns in the order of asking are turns for all: nobody waits
behind another's many readings. Last words go before pauses, since somebody waits for them.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from engine.aio.tasks import started
from engine.aio.waits import joined
from engine.errors import RecognitionError
from tts.pool import PoolError, WorkerPool

PATIENCE_S: Final = 20.0
"""For one reading, which takes 1 s, and 2 s where the model must be loaded."""

Waited = Callable[[float], None]
"""Told how long last words have waited for a reader, in seconds."""


class Urgency(IntEnum):
    """How urgent a reading is, the most urgent first."""

    LAST_WORDS = 0
    """The speaker has ended, and the call waits."""
    PAUSE = 1
    """The speaker may have ended."""
    MEANWHILE = 2
    """The speaker goes on; asked for only where a reader has nothing else to do."""


@dataclass(slots=True, eq=False)
class ReadingOrder:
    """A reading that was asked for: it waits for a reader, is under way, or is done."""

    job: Mapping[str, Any]
    urgency: Urgency
    asked_at: float
    answer: "asyncio.Future[dict[str, Any]]"

    @property
    def done(self) -> bool:
        return self.answer.done()

    @property
    def failed(self) -> bool:
        return self.answer.done() and (self.answer.cancelled() or self.answer.exception() is not None)

    async def answered(self) -> dict[str, Any]:
        """What was read. Raises RecognitionError."""
        try:
            return await joined(self.answer)
        except PoolError as error:
            raise RecognitionError(str(error)) from error


@dataclass(slots=True)
class Readers:
    """The processes of a pool, each of `threads`; no job waits within the pool.

    A reading that is under way is never cut off: that would cost its process, and the next ones the time to load the
    model again.
    """

    pool: WorkerPool
    threads: int = 1
    patience_s: float = PATIENCE_S
    waited: Waited | None = None
    _waiting: list[ReadingOrder] = field(default_factory=list, init=False)
    _under_way: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set, init=False)
    _warm: bool = field(default=False, init=False)

    @classmethod
    def begun(
        cls,
        scratch: Path,
        size: int = 1,
        threads: int = 1,
        waited: Waited | None = None,
        cores: frozenset[int] = frozenset(),
    ) -> Self:
        """Readers of so many processes, which begin with the first job, on these cores if there are any.

        `scratch` is for their temporary files.
        """
        # They do not end when idle: the next would read its model for seconds, while somebody speaks.
        pool = WorkerPool(scratch, size=size, queue_limit=0, program="tts.recognition.worker", idle_s=None, cores=cores)
        return cls(pool, threads, waited=waited)

    @property
    def size(self) -> int:
        return self.pool.size

    @property
    def idle(self) -> bool:
        """Whether a reading would begin at once."""
        return len(self._under_way) < self.size

    @property
    def last_words_waiting(self) -> int:
        return sum(each.urgency is Urgency.LAST_WORDS for each in self._waiting)

    def warm(self) -> None:
        """Have all processes load their models, if they have not: while the first caller is still speaking."""
        if not self._warm:
            self._warm = True
            for _ in range(self.size):
                self.ask({"do": "warm"}, Urgency.PAUSE)

    def ask(self, job: Mapping[str, Any], urgency: Urgency) -> ReadingOrder:
        """Have a job done as soon as its turn has come."""
        loop = asyncio.get_running_loop()
        reading = ReadingOrder({**job, "threads": self.threads}, urgency, loop.time(), loop.create_future())
        self._waiting.append(reading)
        self._go_on()
        return reading

    def hasten(self, reading: ReadingOrder) -> None:
        """Have it read as last words from now on."""
        reading.urgency = Urgency.LAST_WORDS

    def drop(self, reading: ReadingOrder) -> bool:
        """Nobody wants it any more. Whether it had not begun, and never will."""
        if reading not in self._waiting:
            return False
        self._waiting.remove(reading)
        reading.answer.cancel()
        return True

    async def close(self) -> None:
        """Stop what is being read and end the processes."""
        for reading in list(self._waiting):
            self.drop(reading)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.pool.close()

    def _go_on(self) -> None:
        while self._waiting and self.idle:
            reading = min(self._waiting, key=lambda each: each.urgency)
            self._waiting.remove(reading)
            if self.waited is not None and reading.urgency is Urgency.LAST_WORDS:
                self.waited(asyncio.get_running_loop().time() - reading.asked_at)
            task = started(self.pool.run(reading.job, timeout_s=self.patience_s))
            self._under_way.add(task)
            task.add_done_callback(partial(self._ended, reading))

    def _ended(self, reading: ReadingOrder, task: asyncio.Task[dict[str, Any]]) -> None:
        self._under_way.discard(task)
        if task.cancelled():
            reading.answer.cancel()
        elif (error := task.exception()) is not None:
            reading.answer.set_exception(error)
            reading.answer.exception()  # looked at, so that asyncio does not complain where nobody waits for it
        else:
            reading.answer.set_result(task.result())
        self._go_on()
