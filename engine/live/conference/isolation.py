"""Isolation of what listens to single members: it hears nothing of a room where somebody has not consented."""

from collections.abc import Sequence

from engine.live.conference.member import Member
from engine.live.consent.processor import Processor
from engine.ports import Heard


class RoomIsolation:
    """Keeps who has not consented out of what listens to others in the same conference.

    Close it before somebody is heard, open it afterwards."""

    def __init__(self, processor: Processor) -> None:
        self._processor = processor
        self._apart: dict[str, Heard] = {}

    async def close(self, members: Sequence[Member], *, all_consent: bool) -> None:
        """Withhold what all hear, where somebody who is heard has not consented."""
        if all_consent:
            return
        for member in members:
            if member.participant.id not in self._apart:
                self._apart[member.participant.id] = Heard(member.leg)
                await self._processor.withhold(Heard(member.leg))

    async def open(self, members: Sequence[Member], *, all_consent: bool) -> None:
        """Withhold nothing of those who are gone, nor of anybody where all consent."""
        here = set() if all_consent else {member.participant.id for member in members}
        for identifier in self._apart.keys() - here:
            await self._processor.release(self._apart.pop(identifier))
