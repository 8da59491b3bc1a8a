"""What is to be stored of conferences, in order, without a failing database harming those who talk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from engine.errors import StoreError

Change = Callable[[], Awaitable[object]]

_FIRST_RETRY_S: Final = 0.2
_LAST_RETRY_S: Final = 5.0
_PATIENCE_S: Final = 3600.0

log = structlog.get_logger(__name__)


class ConferenceJournal:
    """Of a node. What could not be stored is tried again, so that who is in a conference is true again afterwards."""

    def __init__(self) -> None:
        self._waiting: deque[Change] = deque()
        self._retrying: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> None:
        """Store it now; or later, behind what waits, where the database fails."""
        if not self._waiting:
            try:
                await change()
            except StoreError as error:
                log.error("store_failed", error=str(error))
            else:
                return
        self._waiting.append(change)
        if self._retrying is None or self._retrying.done():
            self._retrying = asyncio.create_task(self._retry())

    async def _retry(self) -> None:
        while self._waiting:
            await self._write_until_done(self._waiting[0])
            self._waiting.popleft()

    async def _write_until_done(self, change: Change) -> None:
        wait_s = _FIRST_RETRY_S
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    await asyncio.sleep(wait_s)
                    try:
                        await change()
                    except StoreError as error:
                        wait_s = min(2 * wait_s, _LAST_RETRY_S)
                        log.error("store_failed", error=str(error), again_in_s=wait_s)
                    else:
                        return
        except TimeoutError:
            log.error("conference_not_stored", given_up_after_s=_PATIENCE_S)
