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

    @property
    def next_ring(self) -> Signal:
        """Set when it rings next. Who takes it, looks, and then waits for it misses nothing between the two."""
        return self._rung

    async def wait(self, timeout_s: float) -> bool:
        """False if it did not ring in time."""
        return await set_within(self._rung, timeout_s)


async def set_within(signal: Signal, timeout_s: float) -> bool:
    """Wait for a signal; False if it was not set in time."""
    try:
        async with asyncio.timeout(timeout_s):
            return await signal.wait()
    except TimeoutError:
        return False
