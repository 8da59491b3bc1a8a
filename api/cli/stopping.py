"""Ending work cleanly when the user or the system asks for it."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from engine.aio.tasks import started

T = TypeVar("T")


async def unless_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` gives; None if SIGINT or SIGTERM came first, after `work` has cleaned up."""
    task = started(work)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
