"""How long a node that ends waits for its database: until that has once not answered. Then it asks nothing any more.

Each of a dozen parts has something to store at the end, and each would wait until its own time is over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from engine.errors import StoreError

LAST_WAIT_S: Final = 5.0


class LastWait:
    """Belongs to asyncio's thread."""

    def __init__(self, seconds: float = LAST_WAIT_S) -> None:
        self._seconds = seconds
        self._begun = False
        self._given_up = False
        self._open: set[asyncio.Timeout] = set()

    @property
    def given_up(self) -> bool:
        """Whether the database has not answered in time, so that it is not asked any more."""
        return self._given_up

    def begin(self) -> None:
        """The node ends: who is waiting, and who asks from now on, waits for so long at most."""
        self._begun = True
        self._end_waits(self._seconds)

    @asynccontextmanager
    async def bounded(self) -> AsyncIterator[None]:
        """Inside, an answer is waited for. Raises StoreError where it is waited for no longer."""
        if self._given_up:
            raise _not_answered(self._seconds)
        limit = asyncio.timeout(self._seconds if self._begun else None)
        try:
            async with limit:
                self._open.add(limit)
                try:
                    yield
                finally:
                    self._open.discard(limit)
        except TimeoutError:
            if not limit.expired():
                raise
            self._given_up = True
            self._end_waits(0.0)
            raise _not_answered(self._seconds) from None

    def _end_waits(self, in_s: float) -> None:
        at_s = asyncio.get_running_loop().time() + in_s
        for each in self._open:
            if not each.expired():
                each.reschedule(at_s)


def _not_answered(seconds: float) -> StoreError:
    return StoreError(f"The database did not answer within {seconds:g} s, and is asked nothing more before the end.")
