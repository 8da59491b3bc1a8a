"""Another person on a line that is recorded or streamed: in neither before consent, as who comes late into a room."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.live.consent.service import ConsentService
from engine.live.session.session import Session
from engine.model.consent import Purpose
from engine.ports import Heard, Said, Source


@dataclass(slots=True)
class NewcomerConsent:
    """The consent of who takes the place of somebody else on a line."""

    permission: ConsentService
    _asks: set[Purpose] = field(default_factory=set, init=False)
    """For what something hears the line, or is to: a room's recording hears no line by itself."""

    async def keep_out(self, session: Session) -> None:
        """Before the other is heard: withhold the line, and what its peer hears, from all that hears them."""
        consenting = session.consenting
        sources: list[Source] = [Said(session.leg.id), Heard(session.leg.id)]
        if session.peer is not None:
            sources.append(Heard(session.peer.leg.id))
        withheld_before = {purpose: consenting.release(purpose) for purpose in self.permission.processors}
        for purpose, processor in self.permission.processors.items():
            is_to_be = purpose is Purpose.RECORDING and consenting.is_known(purpose)
            if is_to_be or processor.holds(*sources):
                self._asks.add(purpose)
            await processor.withhold(*sources)
            consenting.withhold(purpose, *sources)
        consenting.begin_anew()
        for purpose, sources_before in withheld_before.items():
            await self.permission.processors[purpose].release(*sources_before)
        await consenting.tell_newcomer()

    async def settle(self, session: Session) -> None:
        """When the other is there, and was told of programs: ask where something hears it; let in who consents."""
        parties = [session] if session.peer is None else [session, session.peer]
        await asyncio.gather(*(self._settle(purpose, session, parties) for purpose in self.permission.processors))
        await session.consenting.tell_newcomer()

    async def _settle(self, purpose: Purpose, session: Session, parties: Sequence[Session]) -> None:
        if purpose in self._asks:
            heard = session.disclosing.announced
            if await self.permission.consent_of(*parties, purpose=purpose, notice=heard) is None:
                return
        await self.permission.processors[purpose].release(*session.consenting.release(purpose))
