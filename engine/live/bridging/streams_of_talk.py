"""Two who talk, where a program hears one of them: of the other it hears nothing without that one's consent."""

from functools import partial

from engine.live.consent.service import ConsentService
from engine.live.session.leg_consent import Forget
from engine.live.session.session import Session
from engine.live.streams.service import StreamService
from engine.model.consent import Purpose
from engine.ports import Heard


class StreamsOfTalk:
    """What streams of either call hear of a talk, from before it begins to its end."""

    def __init__(self, streams: StreamService, permission: ConsentService, first: Session, second: Session) -> None:
        self._streams = streams
        self._permission = permission
        self._two = (first, second)
        self._apart: list[Heard] = []
        self._told_no_more: list[Forget] = []

    async def begin(self) -> None:
        """Ask for consent where a stream would hear both, and keep them apart without it."""
        first, second = self._two
        for each, hearer in ((first, second), (second, first)):
            told = partial(self._withdrawn, Heard(hearer.leg.id))
            self._told_no_more.append(each.consenting.tell_withdrawal_to(Purpose.STREAMING, told))
        if not any(self._streams.hears(each.leg.id) for each in self._two):
            return
        if await self._permission.consent_of(first, second, purpose=Purpose.STREAMING) is None:
            await self._withhold(*(Heard(each.leg.id) for each in self._two))

    async def end(self) -> None:
        """They have parted."""
        for forget in self._told_no_more:
            forget()
        await self._streams.release(*self._apart)

    async def _withdrawn(self, source: Heard, delete: bool) -> None:
        """What was streamed is kept nowhere here, so that there is nothing to `delete`."""
        await self._withhold(source)

    async def _withhold(self, *sources: Heard) -> None:
        self._apart += sources
        await self._streams.withhold(*sources)
