"""Simulated time: an event loop that skips to the next timer, and the Clock that tells its time."""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)


class _SkippingSelector(selectors.SelectSelector):
    """Lets time jump to the next timer instead of waiting for it."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("The simulation waits for something that will never happen.")
            self.skipped_s += timeout
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop on simulated time: asyncio's own sleeps and timeouts end at once, in their order.

    Work for threads is done at once, within the loop, and takes no time: a thread would lag behind time that jumps.
    """

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        del executor
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it raises is for the one who waits for it
            done.set_exception(error)
        return done


class SimulatedClock:
    """A clock that tells the simulated time of the running loop, from the beginning of 2026 on."""

    def now(self) -> datetime:
        """UTC, to the millisecond as the system's clock tells it."""
        return _BEGINNING + timedelta(milliseconds=round(self.monotonic() * 1000))

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
