"""Keys that the far end pressed and nobody has read yet."""

import asyncio


class Keys:
    """A queue of 0-9 * # A-D."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue()

    def press(self, key: str) -> None:
        """A key came in."""
        self._queue.put_nowait(key)

    async def next(self, timeout_s: float | None) -> str | None:
        """The oldest unread key; waits for one, at most `timeout_s` seconds (None: without end)."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        except TimeoutError:
            return None

    def forget(self) -> None:
        """Drop unread keys."""
        while not self._queue.empty():
            self._queue.get_nowait()
