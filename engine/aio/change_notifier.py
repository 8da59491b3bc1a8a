"""Wakes whoever waits for something new to be stored."""

import asyncio

from engine.aio.signal import Signal


class ChangeNotifier:
    """Rings for everybody who waits at that moment."""

    def __init__(self) -> None:
        self._rung = Signal()

    def ring(self) -> None:
        """Something new is there."""
        self._rung.set()
        self._rung = Signal()

    async def wait(self, timeout_s: float) -> bool:
        """False if it did not ring in time."""
        rung = self._rung
        try:
            async with asyncio.timeout(timeout_s):
                return await rung.wait()
        except TimeoutError:
            return False
