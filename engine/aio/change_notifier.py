"""Wakes whoever waits for something new to be stored."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.aio.signal import Signal


class ChangeNotifier:
    """Rings for everybody who waits at that moment."""

    def __init__(self, on_attended: Callable[[], None] | None = None) -> None:
        """`on_attended` is told when somebody attends to whom nobody did before."""
        self._rung = Signal()
        self._attending = 0
        self._on_attended = on_attended

    @property
    def is_attended(self) -> bool:
        """Whether somebody waits for it again and again."""
        return self._attending > 0

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Inside, somebody waits for it again and again; who would ring from afar may want to know that."""
        self._attending += 1
        if self._attending == 1 and self._on_attended is not None:
            self._on_attended()
        try:
            yield
        finally:
            self._attending -= 1

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
