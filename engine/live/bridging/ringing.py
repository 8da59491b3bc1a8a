"""Calls that ring: what those who wait for them hear, and which of several answers first."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import first_of, to_its_end
from engine.errors import MediaError
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.numbers import country_of
from engine.ports import Ear, Heard, Said, Sink


@dataclass(frozen=True, slots=True)
class RingingSound:
    """`tone` is the country whose ringing is heard, None for the called number's own.

    `early_media`: whether what an only far end plays before it answers is heard. Nobody has asked that one: `apart` is
    entered meanwhile, in which what is heard is in no recording. `note` is told of what fails.
    """

    services: CallServices
    to: Sequence[Sink]
    note: Callable[..., None]
    early_media: bool
    apart: Callable[[], AbstractAsyncContextManager[None]]
    tone: str | None = None

    async def play(self, called: Sequence[Session]) -> None:
        """Until cancelled."""
        only = called[0] if len(called) == 1 and self.early_media else None
        country = self.tone or self._country(called[0].call.to)
        try:
            ringback = await self.services.speaker.ringback(country, self.to)
        except MediaError as error:
            self.note("ringback_failed", reason=str(error))
        else:
            try:
                await (only.early_media.wait() if only else Signal().wait())
            finally:
                await to_its_end(ringback.stop())
        if only is not None:
            await only.early_media.wait()
            await self._early_media(only)

    async def _early_media(self, called: Session) -> None:
        source = Said(called.leg.id)
        async with self.apart():
            try:
                for sink in self.to:
                    await self.services.bridge.connect(source, sink)
                await Signal().wait()
            finally:
                for sink in self.to:
                    await to_its_end(self.services.bridge.disconnect(source, sink))

    def _country(self, target: str) -> str:
        with suppress(ValueError):  # a SIP URI has no country
            return country_of(target) or self.services.country
        return self.services.country


@dataclass(frozen=True, slots=True)
class Ringing:
    """Several calls at once for one that waits; `tone` and `early_media` as in RingingSound."""

    services: CallServices
    parent: Session
    tone: str | None
    early_media: bool

    @asynccontextmanager
    async def heard(self, children: Sequence[Session]) -> AsyncIterator[None]:
        """Inside, the parent hears it ring, unless its own network still rings for it."""
        sounding = bool(children) and self.parent.answered.is_set()
        sound = started(self._sound().play(children)) if sounding else None
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

    def _sound(self) -> RingingSound:
        leg, note = self.parent.leg.id, self.parent.note_event
        apart = partial(self.services.recorder.without, Heard(leg))
        return RingingSound(self.services, [Ear(leg)], note, self.early_media, apart, self.tone)
