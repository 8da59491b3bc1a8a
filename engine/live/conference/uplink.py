"""The link of a leaf to its root: a call to the root's node, dialled again whenever it ends."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.aio.waits import to_its_end
from engine.errors import SipError, StoreError
from engine.live.services import CallServices
from engine.model.conference import Conference
from engine.model.room_link import RoomLink
from engine.ports import Attendance, DialRequest, HungUp, Leg, MediaChanged, MediaLost, MixedRoom
from engine.ports.nodes import PeerNodes

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 3.0

log = structlog.get_logger(__name__)


class Uplink:
    """Keeps one room linked to the root of its conference. The link has a seat in the mix, as a participant would."""

    def __init__(
        self,
        services: CallServices,
        nodes: PeerNodes,
        conference: Callable[[], Conference],
        on_lost: Callable[[], Awaitable[None]],
    ) -> None:
        """`conference` is as it is known now; `on_lost` is told when a link that was up is so no more."""
        self.up = Signal()
        """Whether the rooms hear each other now."""
        self._services = services
        self._nodes = nodes
        self._conference = conference
        self._on_lost = on_lost

    async def keep(self, mix: MixedRoom) -> None:
        """Dial, and dial again with growing pauses; for ever."""
        pause_s = FIRST_PAUSE_S
        while True:
            if await self._linked(mix):
                pause_s = FIRST_PAUSE_S
                await self._on_lost()
            await self._services.clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _linked(self, mix: MixedRoom) -> bool:
        """Dial once and follow the link to its end; whether it was ever up."""
        leg = await self._dialled()
        if leg is None:
            return False
        was_up = False
        try:
            async for event in leg.events():
                match event:
                    case MediaChanged():
                        await mix.place(leg.id, Attendance(is_link=True))
                        was_up = True
                        self.up.set()
                        log.info("room_linked", conference=self._conference().id, root=self._conference().node)
                    case MediaLost():
                        await leg.hang_up()
                    case HungUp():
                        log.info("room_link_ended", conference=self._conference().id, sip_code=event.sip_code)
        finally:
            self.up.clear()
            await to_its_end(_end(leg, mix))
        return was_up

    async def _dialled(self) -> Leg | None:
        conference, node = self._conference(), self._services.node
        try:
            address = await self._nodes.sip_address(conference.node)
            if address is None:
                return None
            link = RoomLink(conference.id, node)
            call_id = f"{conference.id} of {node}"
            return await self._services.dialer.dial(
                DialRequest(f"sip:{conference.id}@{address}", conference.id, call_id, link=link)
            )
        except (SipError, StoreError) as error:
            log.warning("room_not_linked", conference=conference.id, root=conference.node, reason=str(error))
            return None


async def _end(leg: Leg, mix: MixedRoom) -> None:
    await mix.remove(leg.id)
    await leg.hang_up()
