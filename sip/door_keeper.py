"""The front door as the engine and the operator see it: what it has turned away, whom it bans and hears again."""

from collections.abc import Sequence
from datetime import datetime

from engine.model.ban import DoorNews, SourceBan
from sip.front_door import FrontDoor
from sip.thread import SipThread
from sip.trunks.sources import Network


class DoorKeeper:
    """Lives in asyncio's thread, and asks the door on the SIP thread."""

    def __init__(self, thread: SipThread, door: FrontDoor) -> None:
        self._thread = thread
        self._door = door

    async def take_news(self) -> DoorNews:
        """What the door has done since it was last asked."""
        return await self._thread.run(self._door.take_news)

    async def ban(self, bans: Sequence[SourceBan], now: datetime) -> None:
        """Hear nothing of these sources until the bans' ends."""

        def each_of_them() -> None:
            for ban in bans:
                self._door.ban(ban, now)

        await self._thread.run(each_of_them)

    async def lift(self, sources: Sequence[Network]) -> None:
        """Hear these sources again."""

        def each_of_them() -> None:
            for source in sources:
                self._door.lift(source)

        await self._thread.run(each_of_them)
