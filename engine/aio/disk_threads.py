"""Threads of their own for what may wait on the disk."""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from engine.aio.disk_round import DiskRound
from engine.errors import RecordingError

THREADS: Final = 4
PATIENCE_S: Final = 30.0
"""After which a disk counts as stuck: a rented one may stand still for ten seconds and more, then go on."""

T = TypeVar("T")


class Disk:
    """A disk that hangs holds up these threads only, not those in which prompts and downloads are read."""

    def __init__(self, *, threads: int = THREADS, patience_s: float = PATIENCE_S) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="disk")
        self.patience_s = patience_s
        self.round = DiskRound(self.run, threads)

    async def run(self, work: Callable[[], T], *, at_most_s: float = math.inf) -> T:
        """Do it there. Raises RecordingError once it takes longer than the patience; a thread may be in it then.

        `at_most_s` is less patience, where somebody waits for it.
        """
        patience_s = min(self.patience_s, at_most_s)
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except TimeoutError:
            raise RecordingError(f"The disk did not write within {patience_s:g} s.") from None
