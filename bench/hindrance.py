"""How much more CPU the same work takes while the machine is busy: two of its cores may be one, and share its caches.

A piece of Python's usual work is done again and again beside what is measured, and its CPU time taken. So what a call
takes on a full machine can be set beside what it takes on one that has time.
"""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

_APART_S: Final = 0.05
_ROUNDS: Final = 30
_ROW: Final = {f"field_{number}": [number, str(number), {"at": number / 7}] for number in range(12)}


@dataclass(slots=True)
class PiecesOfWork:
    """The CPU time of each piece, in ms."""

    took_ms: list[float] = field(default_factory=list)

    @property
    def usual_ms(self) -> float:
        """The median. Raises statistics.StatisticsError where none was done."""
        return statistics.median(self.took_ms)


@contextmanager
def beside() -> Iterator[PiecesOfWork]:
    """Inside, a piece is done 20 times a second, which takes some 2 % of a core."""
    pieces, over = PiecesOfWork(), threading.Event()
    thread = threading.Thread(target=_work, args=(pieces, over), daemon=True)
    thread.start()
    try:
        yield pieces
    finally:
        over.set()
        thread.join()


def _work(pieces: PiecesOfWork, over: threading.Event) -> None:
    while not over.wait(_APART_S):
        began_s = time.thread_time()
        for _ in range(_ROUNDS):
            json.loads(json.dumps(_ROW))
        pieces.took_ms.append(1000 * (time.thread_time() - began_s))
