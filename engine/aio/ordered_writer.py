"""Writes what is to be stored in the order in which it was handed in, until the database has taken it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.errors import StoreError, Unstorable
from engine.ports import Clock

Change = Callable[[], Awaitable[object]]
"""Stores something. Raises StoreError, after which it may be run again."""

FIRST_RETRY_S: Final = 0.2
LAST_RETRY_S: Final = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Line:
    change: Change
    call_id: str | None
    settled: Signal = field(default_factory=Signal)


class OrderedWriter:
    """Runs changes one after another and tries a failing database again, with growing pauses.

    What can never be stored, what nobody foresaw and what takes longer than `patience_s` seconds (None: any time)
    is logged, counted and stepped over, so that what stands behind it is written.
    """

    def __init__(self, clock: Clock, *, patience_s: float | None = None) -> None:
        self._clock = clock
        self._patience_s = patience_s
        self._lines: deque[_Line] = deque()
        self._added = Signal()
        self._stepped_over = 0
        self._first_since_s: float | None = None

    @property
    def waiting(self) -> int:
        """How many changes are not stored yet, the one under way included."""
        return len(self._lines)

    @property
    def oldest_s(self) -> float:
        """How many seconds the first of them has been under way."""
        return 0.0 if self._first_since_s is None else self._clock.monotonic() - self._first_since_s

    @property
    def stepped_over(self) -> int:
        """How many changes were left out since the beginning."""
        return self._stepped_over

    def add(self, change: Change, *, call_id: str | None = None) -> Signal:
        """Write it behind what waits; the event is set once that is settled.

        A failure is logged with `call_id`, or else with that of the call in whose task this is said.
        """
        line = _Line(change, call_id or structlog.contextvars.get_contextvars().get("call_id"))
        self._lines.append(line)
        self._added.set()
        return line.settled

    async def run(self) -> None:
        """Write for ever; cancel it to stop. What was under way is then still the first."""
        while True:
            await self._added.wait()
            await self.drain()

    async def drain(self) -> None:
        """Write until nothing waits."""
        while self._lines:
            self._first_since_s = self._clock.monotonic()
            await self._settle(self._lines[0])
            self._lines.popleft().settled.set()
        self._first_since_s = None
        self._added.clear()

    async def wait_until_written(self) -> None:
        """Wait until nothing waits; somebody else must be writing."""
        while self._lines:
            await self._lines[-1].settled.wait()

    async def _settle(self, line: _Line) -> None:
        if self._patience_s is None:
            await self._try(line)
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await self._try(line)
        except TimeoutError:
            log.error("not_stored", call_id=line.call_id, given_up_after_s=self._patience_s)
            self._stepped_over += 1

    async def _try(self, line: _Line) -> None:
        wait_s = FIRST_RETRY_S
        while True:
            try:
                await line.change()
            except Unstorable as error:
                log.error("never_stored", call_id=line.call_id, error=str(error))
                self._stepped_over += 1
                return
            except StoreError as error:
                log.error("store_failed", call_id=line.call_id, error=str(error), again_in_s=wait_s)
                await self._clock.sleep(wait_s)
                wait_s = min(2 * wait_s, LAST_RETRY_S)
            except Exception:
                log.exception("storing_crashed", call_id=line.call_id)
                self._stepped_over += 1
                return
            else:
                return
