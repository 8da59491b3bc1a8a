"""Simulated time: an event loop that skips to the next timer, and the Clock that tells its time."""

import asyncio
import selectors
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)


class _SkippingSelector(selectors.SelectSelector):
    """Lets time jump to the next timer instead of waiting for it, but while others take part."""

    skipped_s = 0.0
    others = 0
    """How many take part for whom time passes as it does."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.others:
            return super().select(timeout)
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
        self._others_since_s = 0.0
        super().__init__(self._skipping)

    def time(self) -> float:
        waited_s = time.monotonic() - self._others_since_s if self._skipping.others else 0.0
        return self._skipping.skipped_s + waited_s

    @contextmanager
    def passing_as_it_does(self) -> Iterator[None]:
        """Inside, nothing is skipped: somebody takes part whom the simulation does not have in hand. May be nested."""
        if not self._skipping.others:
            self._others_since_s = time.monotonic()
        self._skipping.others += 1
        try:
            yield
        finally:
            reached_s = self.time()
            self._skipping.others -= 1
            if not self._skipping.others:
                self._skipping.skipped_s = reached_s

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
