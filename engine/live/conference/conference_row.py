"""A conference as this node knows it, and its row in the database, which other nodes change as well."""

import asyncio
from functools import partial

import structlog

from engine.errors import StoreError
from engine.flow.plans import QueueEntry
from engine.live.session.backlog import Backlog
from engine.model.conference import NEXT, Conference, ConferenceStatus, Participant, become
from engine.ports import Clock
from engine.store.conferences import Conferences

log = structlog.get_logger(__name__)


class ConferenceRow:
    """What is stored of one conference. On a node that is alone, what it knows is true, and is stored behind its back.

    Where nodes share the database (`shared`), the row is: who comes in, and what becomes of it, is settled there. While
    the database fails, this node goes on by what it knows.
    """

    def __init__(
        self, conference: Conference, stored: Conferences, clock: Clock, backlog: Backlog, *, new: bool, shared: bool
    ) -> None:
        """A `new` one is still to be stored."""
        self.value = conference
        self.shared = shared
        self._stored = stored
        self._clock = clock
        self._backlog = backlog
        self._new = new
        self._opening = asyncio.Lock()
        self.not_consenting: frozenset[str] = frozenset()
        """The nodes on which somebody may not be recorded, where several are in it, as of the last look."""

    async def open(self) -> None:
        """Have it stored. Where another node was first to open one of its name, it is that one from now on."""
        async with self._opening:
            if self._new:
                await self._backlog.write(self._add)
                self._new = False

    def closed_to_newcomers(self, present: int) -> QueueEntry | None:
        """Why nobody may come in where so many are; None if somebody may."""
        if self.value.status not in NEXT:
            return QueueEntry.OVER
        if self.value.locked:
            return QueueEntry.LOCKED
        return QueueEntry.FULL if present >= self.value.max_participants else None

    async def enter(self, participant: Participant, here: int) -> QueueEntry | None:
        """Somebody comes in, where so many are `here` already; why not, if there is no place."""
        if self.shared:
            try:
                found, entered = await self._stored.enter(participant)
            except StoreError as error:
                log.error("store_failed", error=str(error))
            else:
                self.value = found
                return None if entered else self.closed_to_newcomers(found.participant_count)
        if (closed := self.closed_to_newcomers(here)) is not None:
            return closed
        await self._backlog.write(partial(self._stored.join, participant))
        return None

    async def leave(self, participant: Participant) -> None:
        """Somebody has left."""
        await self._backlog.write(partial(self._stored.leave, participant.id, self._clock.now()))

    async def keep(self, participant: Participant) -> None:
        """Somebody takes part otherwise."""
        await self._backlog.write(partial(self._stored.change, participant))

    async def present(self, here: int) -> int:
        """How many are in it on all nodes, where so many are `here`."""
        await self.look()
        return self.value.participant_count if self.shared else here

    async def look(self) -> Conference:
        """The conference, as it is stored now where other nodes change it."""
        if self.shared:
            try:
                self.value = await self._stored.get(self.value.id) or self.value
                self.not_consenting = await self._stored.not_consenting(self.value.id)
            except StoreError as error:
                log.error("store_failed", error=str(error))
        return self.value

    async def change(self, conference: Conference) -> None:
        """Store what is different from now on."""
        before, self.value = self.value, conference
        await self._backlog.write(partial(self._stored.save, conference, before))

    async def become(self, status: ConferenceStatus) -> bool:
        """Store its next status; False where another node has done so before."""
        conference = self.value = become(self.value, status, self._clock.now())
        if self.shared:
            try:
                return await self._stored.advance(conference)
            except StoreError as error:
                log.error("store_failed", error=str(error))
        await self._backlog.write(partial(self._stored.advance, conference))
        return True

    async def _add(self) -> None:
        self.value = await self._stored.add(self.value)
