"""Keeps a node's background loops running beside its calls, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from engine.ports import Clock

Loop = Callable[[], Coroutine[Any, Any, None]]

FIRST_PAUSE_S: Final = 1.0
LAST_PAUSE_S: Final = 60.0
_WELL_AFTER_S: Final = 600.0
"""Who has run for so long begins with the shortest pause again."""

log = structlog.get_logger(__name__)


class BackgroundLoops:
    """Runs loops. One that breaks is logged, counted and begun again after a pause that grows; calls go on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._broken = 0

    @property
    def broken(self) -> int:
        """How often one has broken since the start."""
        return self._broken

    @asynccontextmanager
    async def running(self, loops: Mapping[str, Loop]) -> AsyncIterator[None]:
        """Inside, these run, by their names."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep(name, loop), name=name) for name, loop in loops.items()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _keep(self, name: str, loop: Loop) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            began_s = self._clock.monotonic()
            try:
                await loop()
            except Exception:
                self._broken += 1
                if self._clock.monotonic() - began_s >= _WELL_AFTER_S:
                    pause_s = FIRST_PAUSE_S
                log.exception("background_loop_broke", task=name, again_in_s=pause_s, broken=self._broken)
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, LAST_PAUSE_S)
            else:
                return
