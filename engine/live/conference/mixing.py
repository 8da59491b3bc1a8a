"""The mix of one room, made what its members' state asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from engine.aio.tasks import started, stopped
from engine.live.conference.active_speakers import watch_talkers
from engine.live.conference.member import Member, is_called
from engine.model.conference_options import RoomOptions
from engine.ports import Attendance, Bridge, Clock, LegId, MixedRoom, RoomSound


class Mixing:
    """There is a mix from the room's beginning to its end; `on_talk` is told who begins (True) and ends to talk."""

    def __init__(self, bridge: Bridge, clock: Clock, on_talk: Callable[[LegId, bool], Awaitable[None]]) -> None:
        self.mix: MixedRoom | None = None
        self._bridge = bridge
        self._clock = clock
        self._on_talk = on_talk
        self._watching: asyncio.Task[None] | None = None

    async def arrange(self, options: RoomOptions, members: Sequence[Member]) -> MixedRoom:
        """Give everybody the seat that is theirs."""
        if self.mix is None:
            sound = RoomSound(options.sample_rate, options.automatic_gain, options.denoise)
            self.mix = await self._bridge.open_room(sound)
            self._watching = started(watch_talkers(self.mix, self._clock, self._on_talk))
        for member in members:
            wanted = attendance(member, members)
            if member.attendance != wanted:
                await self.mix.place(member.leg, wanted)
                member.seated(wanted)
        return self.mix

    async def remove(self, member: Member) -> None:
        """Its seat is free."""
        if self.mix is not None:
            await self.mix.remove(member.leg)

    async def close(self) -> None:
        """The room is over."""
        if self._watching is not None:
            await stopped(self._watching)
        if self.mix is not None:
            await self.mix.close()
            self.mix = None


def attendance(member: Member, members: Sequence[Member]) -> Attendance:
    """How a participant takes part in the mix; a coach whose coached is not there is heard by nobody."""
    stay = member.participant
    coached = None
    if stay.coach is not None:
        coached = next((each for each in members if is_called(each, stay.coach)), None)
    return Attendance(
        speaks=stay.is_heard and not member.unheard and (stay.coach is None or coached is not None),
        hears=not (stay.deaf or stay.hold),
        coaches=coached.leg if coached is not None else None,
        said_gain=stay.said_volume / 100,
        heard_gain=stay.heard_volume / 100,
    )
