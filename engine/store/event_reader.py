"""Reads the events of all nodes in the order of their numbers, as they are settled: none twice, and none left out."""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog

from engine.store.calls import CallEvent, Calls, EventFilter
from engine.store.database import Database
from engine.store.event_horizon import EventHorizon, NumbersGiven, numbers_given

BATCH: Final = 200
PATIENCE_S: Final = 120.0
"""How long readers wait for one who writes events. Ours is ended by the server long before that, committed or not."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EventsRead:
    """Some events, the place behind which to go on, and whether there is more to be had at once or soon."""

    events: Sequence[CallEvent]
    place: int
    more: bool
    unsettled: bool


class EventReader:
    """One for all streams of a node, which share its looks at what is settled. Belongs to asyncio's thread."""

    def __init__(self, db: Database, monotonic_s: Callable[[], float] = monotonic) -> None:
        self._db = db
        self._calls = Calls(db)
        self._monotonic_s = monotonic_s
        self._horizon = EventHorizon()
        self._newest = 0
        self._awaited_since_s = 0.0
        self._passed: AbstractSet[str] = frozenset()
        """Transactions that nobody waits for any more."""
        self._looks = 0
        self._looking = asyncio.Lock()

    async def newest(self) -> int:
        """The place behind all events of now. Raises StoreError."""
        await self._look()
        return self._newest

    async def behind(self, place: int, wanted: EventFilter) -> EventsRead:
        """The first events behind a place. Raises StoreError.

        A place that no event has come to is of a server whose newest events are lost: all that come are behind it.
        """
        await self._look()
        settled, place = self._horizon.settled, min(place, self._newest)
        found = await self._calls.events_of_account(wanted, place, settled, BATCH)
        more = len(found) == BATCH
        return EventsRead(found, found[-1].id if more else max(place, settled), more, settled < self._newest)

    async def _look(self) -> None:
        """Have looked after this was asked for: by oneself, or with others who ask at the same time."""
        before = self._looks
        async with self._looking:
            if self._looks > before:
                return
            self._looks += 1
            self._see(await self._db.read(numbers_given))

    def _see(self, seen: NumbersGiven) -> None:
        now_s, awaited = self._monotonic_s(), self._horizon.awaited
        self._passed &= seen.writing
        if awaited is not None and now_s - self._awaited_since_s > PATIENCE_S:
            late = (awaited.writing & seen.writing) - self._passed
            log.warning("events_of_long_transactions_passed", transactions=sorted(late), after_s=PATIENCE_S)
            self._passed |= late
        self._newest = seen.newest
        self._horizon = self._horizon.after(NumbersGiven(seen.newest, seen.writing - self._passed))
        if self._horizon.awaited is not awaited:
            self._awaited_since_s = now_s
