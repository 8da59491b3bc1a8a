"""Two who talk: what hears one of them for a purpose hears the other with the consent of both alone."""

import asyncio
from functools import partial

from engine.live.consent.processor import Processor
from engine.live.consent.service import ConsentService
from engine.live.session.leg_consent import Forget
from engine.live.session.session import Session
from engine.model.consent import Purpose
from engine.ports import Heard


class KeptApart:
    """What recordings and streams of two calls do not hold while they talk: in it, each hears the other."""

    def __init__(self, permission: ConsentService, first: Session, second: Session) -> None:
        self._permission = permission
        self._parties = (first, second)
        self._apart: list[tuple[Processor, Heard]] = []
        self._told_no_more: list[Forget] = []

    async def begin(self) -> None:
        """Before they hear each other: ask both for what either is heard for, and keep them apart without consent."""
        first, second = self._parties
        for purpose, processor in self._permission.processors.items():
            for each, hearer in ((first, second), (second, first)):
                told = partial(self._withhold, processor, Heard(hearer.leg.id))
                self._told_no_more.append(each.consenting.tell_withdrawal_to(purpose, told))
        await asyncio.gather(*(self._settle(*each) for each in self._permission.processors.items()))

    async def end(self) -> None:
        """They have parted."""
        for forget in self._told_no_more:
            forget()
        for processor, heard in self._apart:
            await processor.release(heard)

    async def _settle(self, purpose: Purpose, processor: Processor) -> None:
        if not any(processor.hears(each.leg.id) for each in self._parties):
            return
        if await self._permission.consent_of(*self._parties, purpose=purpose) is None:
            for each in self._parties:
                await self._withhold(processor, Heard(each.leg.id), False)

    async def _withhold(self, processor: Processor, heard: Heard, unwanted: bool) -> None:
        self._apart.append((processor, heard))
        await processor.withhold(heard, unwanted=unwanted)
