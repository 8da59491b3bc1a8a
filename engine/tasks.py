"""Small tools for tasks that wait on each other."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any


async def stopped(task: "asyncio.Future[Any]") -> None:
    """Cancel a task, if it still runs, and wait until it has cleaned up; its own error is not raised."""
    if task.done():
        return
    task.cancel()
    await asyncio.wait({task})


class Beside:
    """Work that goes on beside its owner's, until that ends."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in a task of its own."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all that is under way."""
        for task in tuple(self._tasks):
            await stopped(task)


async def first_of(*events: asyncio.Event, timeout_s: float | None = None) -> bool:
    """Wait until one of the events is set; False if none was within `timeout_s` seconds (None: no limit)."""
    if any(event.is_set() for event in events):
        return True
    async with AsyncExitStack() as stack:
        waiting = {asyncio.ensure_future(event.wait()) for event in events}
        for each in waiting:
            stack.push_async_callback(stopped, each)
        done, _ = await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
