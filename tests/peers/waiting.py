"""Waiting for something that another process or thread does."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.running.pace import patience

T = TypeVar("T")

HELD_UP_S = 2.0
"""For how long a process may stand still on a busy machine, and its sound with it."""
_LOOK_AGAIN_S = 0.02


def within(seconds: float) -> asyncio.Timeout:
    """Raises TimeoutError after this many seconds of an idle machine, which are more on a busy one."""
    return asyncio.timeout(patience(seconds))


async def lasting(seconds: float) -> None:
    """Let others run for so long; time for which this process, with its phones, is held up does not count."""
    for _ in range(round(seconds / _LOOK_AGAIN_S)):
        await asyncio.sleep(_LOOK_AGAIN_S)


async def eventually(probe: Callable[[], T | None], *, within_s: float, otherwise: Callable[[], str]) -> T:
    """The first value of `probe` that is neither None nor False.

    Raises AssertionError with what `otherwise` says if there is none within `within_s` seconds of an idle machine.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience(within_s)
    while True:
        found = probe()
        if found is not None and found is not False:
            return found
        if loop.time() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {otherwise()}")
        # What is awaited happens in another process, which can't set an event of ours.
        await asyncio.sleep(_LOOK_AGAIN_S)
