"""Several calls ringing at once for one that waits: what it hears, and which of them answers first."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from engine.errors import MediaError
from engine.live.services import Services
from engine.live.session import Session
from engine.numbers import country_of
from engine.ports import Ear, Said
from engine.tasks import first_of, stopped


@dataclass(frozen=True, slots=True)
class Ringing:
    """`tone` is the country whose ringing is heard, None for the called number's own.

    `early_media`: whether the parent hears what an only far end plays before it answers.
    """

    services: Services
    parent: Session
    tone: str | None
    early_media: bool

    @asynccontextmanager
    async def heard(self, children: Sequence[Session]) -> AsyncIterator[None]:
        """Inside, the parent hears it ring."""
        sound = asyncio.create_task(self._sound(children)) if children else None
        try:
            yield
        finally:
            if sound is not None:
                await stopped(sound)

    async def first_to_answer(self, children: Sequence[Session]) -> Session | None:
        """None if nobody answers, or the parent is gone."""
        while True:
            for child in children:
                if child.answered.is_set() and not child.over.is_set():
                    return child
            waiting = [child for child in children if not child.over.is_set()]
            if not waiting or self.parent.over.is_set():
                return None
            await first_of(*(event for child in waiting for event in (child.answered, child.over)), self.parent.over)

    async def _sound(self, children: Sequence[Session]) -> None:
        if not self.parent.answered.is_set():
            return  # its own network rings for it
        ear = Ear(self.parent.leg.id)
        only = children[0] if len(children) == 1 and self.early_media else None
        try:
            ringback = await self.services.speaker.ringback(self.tone or self._country(children[0].call.to), [ear])
        except MediaError as error:
            self.parent.journal.note("ringback_failed", reason=str(error))
        else:
            try:
                await (only.early_media.wait() if only else asyncio.Event().wait())
            finally:
                await asyncio.shield(ringback.stop())
        if only is not None:
            await only.early_media.wait()
            await self._early_media(only, ear)

    async def _early_media(self, child: Session, ear: Ear) -> None:
        source = Said(child.leg.id)
        await self.services.bridge.connect(source, ear)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.shield(self.services.bridge.disconnect(source, ear))

    def _country(self, target: str) -> str:
        with suppress(ValueError):  # a SIP URI has no country
            return country_of(target) or self.services.country
        return self.services.country
