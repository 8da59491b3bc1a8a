"""What is done on a disk again and again, for all who ask for it in one round: a job for each thread, not for each."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from engine.aio.tasks import BackgroundTasks, started

EVERY_S: Final = 0.5

Run = Callable[[Callable[[], None]], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Turn:
    """What one of them does in each round, on a thread of the disk, until it fails."""

    work: Callable[[], None]
    failed: Callable[[Exception], None]
    """Told in asyncio's thread, once, in the context in which the turn was asked for."""
    context: Context = field(default_factory=copy_context)
    waits: bool = False
    """From the beginning of a round until the work is done in it: on a thread that hangs, for long."""
    error: Exception | None = None


class DiskRound:
    """Goes round twice a second while there are turns. `run` does a job on a thread of the disk; in asyncio's thread.

    Threads take one turn after the other, so work that hangs keeps its own thread and nobody else waits for it.
    """

    def __init__(self, run: Run, threads: int) -> None:
        self._run = run
        self._threads = threads
        self._turns: dict[Turn, None] = {}
        self._under_way = BackgroundTasks("disk round")
        self._going: asyncio.Task[None] | None = None

    def add(self, work: Callable[[], None], failed: Callable[[Exception], None]) -> Turn:
        """Do it every half second from now on."""
        turn = Turn(work, failed)
        self._turns[turn] = None
        if self._going is None:
            # In no call's context: it outlives the call that happens to begin it.
            self._going = Context().run(started, self._go_round())
        return turn

    def remove(self, turn: Turn) -> None:
        """Begin it no more, except where a thread is about to; it may be under way."""
        self._turns.pop(turn, None)
        if not self._turns and self._going is not None:
            self._going.cancel()
            self._going = None

    async def _go_round(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if turns := [turn for turn in self._turns if not turn.waits]:
                self._under_way.begin(self._take(turns))

    async def _take(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            turn.waits = True
        job = partial(_take_each, deque(turns))
        jobs = (self._run(job) for _ in range(min(self._threads, len(turns))))
        hung = [error for error in await asyncio.gather(*jobs, return_exceptions=True) if isinstance(error, Exception)]
        for turn in turns:
            if turn.waits and hung:
                turn.error = hung[0]
            if turn.error is not None and turn in self._turns:
                self.remove(turn)
                turn.context.run(turn.failed, turn.error)


def _take_each(waiting: deque[Turn]) -> None:
    """Take the next jobs of a round, on each of the threads."""
    while True:
        try:
            turn = waiting.popleft()
        except IndexError:
            return
        try:
            turn.work()
        except Exception as error:  # noqa: BLE001 - whatever it is, its owner is told, and the others have their turns
            turn.error = error
        finally:
            turn.waits = False
