"""An event loop in a thread of its own, for work that goes on beside code which waits, or whose own time is another."""

import asyncio
import threading
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopInThread:
    """The loop; it runs until it is closed."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of the work; waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def beside(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """What comes of the work, to be awaited in another loop."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Nothing runs any more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
