"""Stores changes in order and behind people's backs, so that a slow or failing database harms nobody who talks."""

import asyncio
from typing import Final

import structlog

from engine.aio.ordered_writer import Change, OrderedWriter
from engine.aio.signal import Signal
from engine.aio.tasks import started
from engine.ports import Clock

_WAIT_S: Final = 0.5
"""How long people wait for the database: what they did is true there by then, if it is well."""
_PATIENCE_S: Final = 3600.0

log = structlog.get_logger(__name__)


class Backlog:
    """Stores what conferences and recordings have to store, in order, and again until the database takes it."""

    def __init__(self, clock: Clock) -> None:
        self._writer = OrderedWriter(clock, patience_s=_PATIENCE_S)
        self._writing: asyncio.Task[None] | None = None

    @property
    def stepped_over(self) -> int:
        """How many changes were left out, for they could not be stored."""
        return self._writer.stepped_over

    async def write(self, change: Change) -> None:
        """Store it behind what waits; returns when it is stored, or after _WAIT_S in which it was not."""
        settled = self._added(change)
        try:
            async with asyncio.timeout(_WAIT_S):
                await settled.wait()
        except TimeoutError:
            log.warning("stored_later", waiting=self._writer.waiting)

    def add(self, change: Change) -> None:
        """Store it behind what waits."""
        self._added(change)

    def _added(self, change: Change) -> Signal:
        settled = self._writer.add(change)
        if self._writing is None or self._writing.done():
            self._writing = started(self._writer.drain())
        return settled
