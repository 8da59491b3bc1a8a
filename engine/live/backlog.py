"""What is to be stored, in order, without a slow or failing database harming those who talk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from engine.live.stored import until_stored
from engine.ports import Clock

Change = Callable[[], Awaitable[object]]

_WAIT_S: Final = 0.5
"""How long people wait for the database: what they did is true there by then, if it is well."""
_PATIENCE_S: Final = 3600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Line:
    change: Change
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Backlog:
    """What could not be stored is tried again, so that it is true again once the database is well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[_Line] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> None:
        """Store it behind what waits; returns when it is stored, or after _WAIT_S in which it was not."""
        line = self._added(change)
        try:
            async with asyncio.timeout(_WAIT_S):
                await line.settled.wait()
        except TimeoutError:
            log.warning("stored_later", waiting=len(self._lines))

    def add(self, change: Change) -> None:
        """Store it behind what waits."""
        self._added(change)

    def _added(self, change: Change) -> _Line:
        line = _Line(change)
        self._lines.append(line)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return line

    async def _write_all(self) -> None:
        while self._lines:
            line = self._lines[0]
            await self._store(line.change)
            line.settled.set()
            self._lines.popleft()

    async def _store(self, change: Change) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await until_stored(change, self._clock)
        except TimeoutError:
            log.error("not_stored", given_up_after_s=_PATIENCE_S)
