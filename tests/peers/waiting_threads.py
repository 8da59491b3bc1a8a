"""How long a thread of another process was ready to run and had to wait for a core: by that a busy machine is told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.peers.named_threads import threads_named

_LOOK_S: Final = 0.05
_WORTH_NOTING_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Wait:
    """So many seconds of the 50 ms before a time (Unix)."""

    at_s: float
    waited_s: float


@asynccontextmanager
async def waiting_threads(pid: int, name: str) -> AsyncIterator[list[Wait]]:
    """Waits of 5 ms and more of the threads of a name, as the kernel tells them (schedstat), while inside."""
    waits: list[Wait] = []
    watching = asyncio.create_task(_watch(threads_named(pid, name), waits))
    try:
        yield waits
    finally:
        watching.cancel()


async def _watch(threads: list[Path], waits: list[Wait]) -> None:
    known = {each: _waited_s(each) for each in threads}
    while True:
        await asyncio.sleep(_LOOK_S)
        for each, before_s in known.items():
            known[each] = _waited_s(each)
            if known[each] - before_s >= _WORTH_NOTING_S:
                waits.append(Wait(time.time(), known[each] - before_s))


def _waited_s(thread: Path) -> float:
    return int((thread / "schedstat").read_text().split()[1]) / 1e9
