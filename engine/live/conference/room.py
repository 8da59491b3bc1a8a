"""One live conference: who is in it, and who hears whom."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import to_its_end
from engine.flow.plans import QueueEntry
from engine.live.conference.announcements import Announcements
from engine.live.conference.changes import altered, order_of
from engine.live.conference.conference_row import ConferenceRow
from engine.live.conference.join_leave_announcements import JoinLeaveAnnouncements
from engine.live.conference.line_quality import watch_lines
from engine.live.conference.member import Member, is_called
from engine.live.conference.room_audio import RoomAudio
from engine.live.conference.room_consents import RoomConsents
from engine.live.conference.room_news import RoomNews
from engine.live.conference.spoken_messages import SpokenMessages
from engine.live.conference.tree import RoomTree
from engine.live.consent.service import ConsentService
from engine.live.orders import ConferenceChange
from engine.live.phrases import Phrase
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.model.conference import Conference, ConferenceStatus, Participant, ParticipantChange
from engine.model.conference_end import ConferenceEnd, end_by
from engine.model.consent import Purpose
from engine.ports import LegId, MixedRoom

log = structlog.get_logger(__name__)


class Room:
    """A conference that somebody is in. Membership changes one at a time."""

    def __init__(
        self,
        conference: Conference,
        services: CallServices,
        permission: ConsentService,
        backlog: Backlog,
        *,
        new: bool,
    ) -> None:
        """A `new` conference is still to be stored."""
        shared = services.nodes is not None
        self.row = ConferenceRow(
            conference, services.stores.conferences, services.clock, backlog, new=new, shared=shared
        )
        self.tree = RoomTree(services, self.row, self.look, self._cut_off, self._arrange_again)
        self.over = Signal()
        self.begun = Signal()
        self._services = services
        self._members: list[Member] = []
        self._news = RoomNews(services.callbacks, services.clock, backlog, self.row)
        self._consents = RoomConsents(self.row, self.tree, permission)
        self._audio = RoomAudio(services, permission.processors, self.tree, lambda: self.members, self._talks)
        self.recording = self._audio.recording
        self.everybody = self._audio.everybody
        self._beside = BackgroundTasks("conference")
        self._after = BackgroundTasks("end of a conference")
        self._announcements = Announcements(self.everybody)
        self.messages = SpokenMessages(services.speaker, services.clock, self._announcements, self._announced)
        self._comings = JoinLeaveAnnouncements(services.speaker, self._announcements)
        self._ended: ConferenceEnd | None = None
        self._told_end: ConferenceEnd | None = None
        """Why it has ended, as the node tells on which it did."""
        self._turn = asyncio.Lock()

    @property
    def conference(self) -> Conference:
        return self.row.value

    @property
    def size(self) -> int:
        return len(self._members)

    @property
    def mix(self) -> MixedRoom | None:
        """There is one from the conference's beginning to its end."""
        return self._audio.mix

    async def present(self) -> int:
        """How many are in it, on whichever node."""
        return await self.row.present(self.size)

    @property
    def members(self) -> Sequence[Member]:
        return tuple(self._members)

    @property
    def audience_muted(self) -> bool:
        """Whether everybody but the moderators is muted."""
        return all(each.participant.muted for each in self._members if not each.participant.moderator)

    def closed_to_newcomers(self) -> QueueEntry | None:
        """Why nobody may come in; None if somebody may."""
        return QueueEntry.OVER if self.over.is_set() else self.row.closed_to_newcomers(self.size)

    async def enter(self, member: Member) -> QueueEntry:
        """Take somebody in, if there is a place."""
        async with self._turn:
            if (closed := self.closed_to_newcomers()) is not None:
                return closed
            if self.conference.record and not member.session.has_answered_consent:
                return QueueEntry.NO_CONSENT
            if (closed := await self.row.enter(member.participant, self.size)) is not None:
                return closed
            if self.conference.record and not member.session.has_answered_consent:
                await self.row.leave(member.participant)  # another node records it since
                return QueueEntry.NO_CONSENT
            if self.row.shared:
                member.wait_to_be_heard()
            self._members.append(member)
            self._news.meet(member)
            if member.begins(self.conference) and self.conference.status is not ConferenceStatus.IN_PROGRESS:
                await self._begin()
            elif self.conference.status is ConferenceStatus.IN_PROGRESS:
                self._come_alive()
            await self._news.came(member)
            await self._arrange()
        if member.unheard:
            await self.tree.require_told()
            member.be_heard()
            await self._arrange_again()
        if await self.present() > 1:
            await self.tree.linked()
            self._comings.came(self.conference, member)
        return QueueEntry.ENTERED

    async def look(self) -> None:
        """Do what other nodes have made of the conference."""
        async with self._turn:
            await self.row.look()
            if self.over.is_set():
                return
            match self.conference.status:
                case ConferenceStatus.COMPLETED:
                    await self._close(self._told_end)
                case ConferenceStatus.IN_PROGRESS if self.tree.is_root and not self.conference.participant_count:
                    await self._end(ConferenceEnd.LAST_LEFT, None)  # the last was on a node that is lost
                    await self._tell_end()
                case ConferenceStatus.IN_PROGRESS:
                    self._come_alive()
                    await self._arrange()
                    if self._consents.are_wanted(self._members):
                        self._beside.begin(self._ask())

    def hear_why_ended(self, reason: ConferenceEnd) -> None:
        """Another node has ended it."""
        self._told_end = reason

    async def mute_all(self, *, muted: bool, spared: bool) -> None:
        """Mute everybody who is in it here, moderators only if they are not `spared`; or undo that."""
        async with self._turn:
            await self._mute_all(muted=muted, spared=spared)
            await self._arrange()

    async def is_needed(self) -> bool:
        """Whether others are in it on other nodes, which this one mixes for as the root."""
        if self.over.is_set() or not self.tree.is_root:
            return False
        return await self.present() > 0 and not self.over.is_set()

    async def close(self) -> None:
        """Nobody is in it on this node, nor will be: end what goes on here, and leave the conference as it is."""
        async with self._turn:
            if not self.over.is_set():
                await self._close(None)

    async def leave(self, member: Member) -> None:
        """Take a member out; the room is over when it was the last, or the one that ends it."""
        async with self._turn:
            self._members.remove(member)
            await member.close()
            await self._audio.remove(member)
            await self.row.leave(member.participant)
            await self._news.left(member, self._ended)
            if member.participant.end_on_exit or not (self._members or await self.present()):
                await self._end(end_by(member.participant, sent_out=member.sent_out.is_set()), member)
            await self._tell_end()
            await self._arrange()
        if self._members and not self.over.is_set():
            self._comings.went(self.conference, member)
        elif member.name is not None:
            await member.name.forget()

    async def end(self, reason: ConferenceEnd, by: Member | None = None) -> None:
        """End it for all."""
        async with self._turn:
            await self._end(reason, by)

    def member(self, who: str) -> Member | None:
        """The one of this participant's or call's id."""
        return next((each for each in self._members if is_called(each, who)), None)

    async def change(self, change: ConferenceChange) -> None:
        """Lock it, limit it, mute everybody, say or play something to all. Raises WrongState, StoreError."""
        async with self._turn:
            await self.recording.obey(change)
            await self.row.change(altered(self.conference, change))
            if change.muted is not None:
                await self._mute_all(muted=change.muted, spared=change.spared)
            await self._arrange()
        await self.tree.tell_others(order_of(change))
        if change.say is not None:
            self.messages.say_to_all(change.say)
        if change.play is not None and self._members:
            self.messages.play_to_all(change.play, self._members[0])
        if change.announce is not None and self._members:
            self.messages.announce_to_all(change.announce, self._members[0])

    async def record(self) -> bool:
        """Record it from now on, without those who refuse. False if somebody who is there has not been asked."""
        async with self._turn:
            if not all(member.session.has_answered_consent for member in self._members):
                return False
            await self.row.change(replace(self.conference, record=True))
            await self._arrange()
        await self._tell_consents()
        return True

    async def consent_withdrawn(self, purpose: Purpose, delete: bool) -> None:
        """Somebody is left out of what hears it for a purpose; a recording of the room may be deleted at its end."""
        if delete and purpose is Purpose.RECORDING:
            self.recording.delete_at_end()
        async with self._turn:
            await self._arrange()
        await self._tell_consents()

    async def somebody_consents(self) -> None:
        """Somebody who is in it may be heard by more than before."""
        await self._arrange_again()

    async def another_person(self, member: Member) -> None:
        """Another call is in this member's seat, or is known by now to be recorded or not."""
        async with self._turn:
            if member.follow_call():
                await self.row.keep(member.participant)
            await self._arrange()
        await self._tell_consents()

    async def change_member(self, member: Member, change: ParticipantChange) -> Participant:
        """The participant after it."""
        async with self._turn:
            await self._change(member, change)
            await self._arrange()
            return member.participant

    @asynccontextmanager
    async def with_unasked(self) -> AsyncIterator[None]:
        """Inside, somebody is heard who has not been asked, in no recording."""
        try:
            async with self._audio.with_unasked():
                await self._arrange_again()
                await self._tell_consents()
                yield
        finally:
            await to_its_end(self._arrange_again())
            await to_its_end(self._tell_consents())

    async def _begin(self) -> None:
        """Somebody has come in with whom the conference begins."""
        first = await self.row.become(ConferenceStatus.IN_PROGRESS)
        self._come_alive()
        if first:
            await self._news.began()
            self._after.begin(self.tree.tell_others({"do": "look"}))

    def _come_alive(self) -> None:
        """The conference has begun, here or on another node."""
        if not self.begun.is_set():
            self.begun.set()
            self._beside.begin(
                watch_lines(self._services.bridge, self._services.clock, lambda: self.members, self.conference.id)
            )

    async def _cut_off(self) -> None:
        """The others are not heard any more, until there is a link again; of its end all hear otherwise."""
        if (await self.row.look()).status is ConferenceStatus.COMPLETED:
            return
        language = self.conference.options.language or self._members[0].session.language if self._members else None
        if language is not None:
            self._announcements.begin(partial(self._services.speaker.say, Phrase.OTHERS_AWAY.in_language(language)))

    async def _mute_all(self, *, muted: bool, spared: bool) -> None:
        for member in self._members:
            if not (spared and member.participant.moderator):
                await self._change(member, ParticipantChange(muted=muted))

    async def _announced(self, url: str | None, failure: str | None) -> None:
        if self._members:
            await self._news.announced(self._members[0], url, failure)

    async def _tell_consents(self) -> None:
        await self._consents.tell(self._members, all_asked=self._audio.all_asked)

    async def _ask(self) -> None:
        await self._consents.ask(self.members)
        await self._arrange_again()
        await self._tell_consents()

    async def _arrange_again(self) -> None:
        async with self._turn:
            if not self.over.is_set():
                await self._arrange()

    async def _change(self, member: Member, change: ParticipantChange) -> None:
        before = member.change(change)
        if member.participant == before:
            return
        await self.row.keep(member.participant)
        await self._news.changed(member, before)

    async def _end(self, reason: ConferenceEnd, by: Member | None) -> None:
        if self.over.is_set():
            return
        await self._close(reason)
        if await self.row.become(ConferenceStatus.COMPLETED):
            self._news.ends(reason, by)
            self._after.begin(self.tree.tell_others({"do": "look", "ended": reason.name}))

    async def _close(self, reason: ConferenceEnd | None) -> None:
        """Nobody is in it any more on this node, or will not be at once."""
        self.over.set()
        self._ended = reason
        await self._beside.close()
        await self._announcements.close()
        await self._audio.close()

    async def _tell_end(self) -> None:
        """After the last has left: whoever counts who is in it hears of the end last."""
        if not self._members and self.row.shared:
            self._after.begin(self._news.tell_end_after_all(self.present))
        elif not self._members:
            await self._news.tell_end()

    async def _arrange(self) -> None:
        await self._audio.arrange(self.conference)

    async def _talks(self, leg: LegId, now: bool) -> None:
        member = next((each for each in self._members if each.leg == leg), None)
        if member is not None and member.participant.is_heard:
            await self._news.talks(member, now=now)
