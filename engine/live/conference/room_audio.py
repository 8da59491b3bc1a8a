"""The sound of one room: who hears whom, who hears music, and what of it is recorded."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from engine.live.conference.isolation import RoomIsolation
from engine.live.conference.member import Member
from engine.live.conference.mixing import Mixing
from engine.live.conference.recording import RoomRecording
from engine.live.conference.shared_music import SharedMusic
from engine.live.conference.tree import RoomTree
from engine.live.consent.processor import Processor
from engine.live.services import CallServices
from engine.model.conference import Conference, ConferenceStatus
from engine.model.consent import Purpose
from engine.ports import LegId, MixedRoom, Sink


class RoomAudio:
    """Makes what is heard and recorded in a room what the state of its members asks for."""

    def __init__(
        self,
        services: CallServices,
        processors: Mapping[Purpose, Processor],
        tree: RoomTree,
        members: Callable[[], Sequence[Member]],
        on_talk: Callable[[LegId, bool], Awaitable[None]],
    ) -> None:
        self.recording = RoomRecording(services.recorder, self.everybody)
        self._tree = tree
        self._members = members
        self._isolations = {purpose: RoomIsolation(processor) for purpose, processor in processors.items()}
        self._mixing = Mixing(services.bridge, services.clock, on_talk)
        self._music = SharedMusic(services.speaker, services.bridge)
        self._unasked = 0
        """How many are heard in it who are not in it yet, so that nobody has asked them."""

    @property
    def mix(self) -> MixedRoom | None:
        """There is one from the conference's beginning to its end."""
        return self._mixing.mix

    @property
    def all_asked(self) -> bool:
        """Whether nobody is heard in it on this node who has not been asked."""
        return not self._unasked

    def everybody(self) -> Sequence[Sink]:
        """The sinks by which all who are in the room hear."""
        return [self.mix.sink] if self.mix is not None else [member.ear for member in self._members()]

    @asynccontextmanager
    async def with_unasked(self) -> AsyncIterator[None]:
        """Inside, and once it is arranged, somebody is heard who has not been asked, in no recording."""
        self._unasked += 1
        try:
            yield
        finally:
            self._unasked -= 1

    async def arrange(self, conference: Conference) -> None:
        """Let everybody be heard, hear and be recorded as is due now."""
        members = self._members()
        begun = conference.status is ConferenceStatus.IN_PROGRESS
        all_consent = {purpose: self._all_consent(purpose, members) for purpose in Purpose}
        consenting = all_consent[Purpose.RECORDING]
        links = self._tree.consenting_links()
        for purpose, isolation in self._isolations.items():
            await isolation.close(members, all_consent=all_consent[purpose])
        await self.recording.leave_out(members, links, all_consent=consenting)
        if begun:
            mix = await self._mixing.arrange(conference.options, members)
            await self._tree.arrange(mix)
            if self._tree.is_root:
                await self.recording.arrange(conference, members, links, mix, all_consent=consenting)
        for purpose, isolation in self._isolations.items():
            await isolation.open(members, all_consent=all_consent[purpose])
        for member in members:
            await self.recording.member_changed(member)
            await member.tell_hold(held=member.participant.hold)
            await member.play_hold_music()
        waiting = conference.status is ConferenceStatus.INIT
        await self._music.play_to({each.ear for each in members if each.wants_music(waiting=waiting)})

    def _all_consent(self, purpose: Purpose, members: Sequence[Member]) -> bool:
        """Whether all who are heard do; others' nodes tell it of recording alone, for which alone all are asked."""
        alone = self._tree.is_root and not self._tree.leaves
        others = self._tree.others_consent if purpose is Purpose.RECORDING else alone
        return others and self.all_asked and all(member.session.consenting.given(purpose) for member in members)

    async def remove(self, member: Member) -> None:
        """Its seat is free, and its own track ends."""
        await self._mixing.remove(member)
        await self.recording.member_left(member)

    async def close(self) -> None:
        """Nothing is heard any more, nor recorded."""
        await self.recording.stop()
        await self._music.stop()
        await self._tree.close()
        await self._mixing.close()
