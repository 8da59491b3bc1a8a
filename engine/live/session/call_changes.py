"""Changes of one call that are to be stored, in order; what comes close together shares a transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from engine.aio.ordered_writer import OrderedWriter
from engine.errors import StoreError, Unstorable
from engine.ports import Clock
from engine.store.calls import Calls
from engine.store.connections import Job

_MOST_TOGETHER: Final = 32


@dataclass(slots=True, eq=False)
class _Change:
    """`job` is asked for when it is to be stored; `then` is what follows once it is."""

    job: Callable[[], Job[Any]]
    then: Callable[[], None]
    stored: bool = False
    alone: bool = False
    """One of those that it was to be stored with can't be: each is then tried by itself."""

    def stored_now(self) -> None:
        self.stored = True
        self.then()

    def try_alone(self) -> None:
        self.alone = True


class CallChanges:
    """Changes of one call on their way to the database. One that can't be stored is left out, and harms no other."""

    def __init__(self, clock: Clock, calls: Calls) -> None:
        self._calls = calls
        self._writer = OrderedWriter(clock)
        self._changes: deque[_Change] = deque()
        self._wanted_now = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many are not stored yet."""
        return self._writer.waiting

    @property
    def stepped_over(self) -> int:
        """How many were left out, for they could not be stored."""
        return self._writer.stepped_over

    def add(self, job: Callable[[], Job[Any]], then: Callable[[], None], *, call_id: str, now: bool) -> None:
        """Store it behind what waits: at once, or with what others store, within 50 ms."""
        change = _Change(job, then)
        self._changes.append(change)
        self._writer.add(partial(self._store_with_others, change), call_id=call_id)
        if now:
            self._wanted_now.set()

    async def run(self) -> None:
        """Write for ever; cancel it to stop."""
        await self._writer.run()

    async def wait_until_written(self) -> None:
        """Wait until nothing waits; somebody else must be writing."""
        self._wanted_now.set()
        await self._writer.wait_until_written()

    async def _store_with_others(self, change: _Change) -> None:
        """One line of the writer: its change, with those behind it, unless it went with one before it."""
        if change.stored:
            return
        await self._calls.invitation(self._wanted_now)
        self._wanted_now.clear()
        together = self._from(change)
        try:
            await self._store_all(together)
        except Exception as error:
            if len(together) == 1 or (isinstance(error, StoreError) and not isinstance(error, Unstorable)):
                raise
            for each in together:
                each.try_alone()
            await self._store_all([change])

    def _from(self, change: _Change) -> list[_Change]:
        while self._changes[0] is not change:
            self._changes.popleft()
        if change.alone:
            return [change]
        return [each for each in list(self._changes)[:_MOST_TOGETHER] if not each.alone]

    async def _store_all(self, changes: Sequence[_Change]) -> None:
        await self._calls.write([each.job() for each in changes])
        for each in changes:
            each.stored_now()
