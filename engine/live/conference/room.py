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
from engine.live.conference.callbacks import ConferenceCallbacks
from engine.live.conference.join_leave_announcements import JoinLeaveAnnouncements
from engine.live.conference.line_quality import watch_lines
from engine.live.conference.member import Member, is_called
from engine.live.conference.mixing import Mixing
from engine.live.conference.recording import RoomRecording
from engine.live.conference.recording_isolation import RecordingIsolation
from engine.live.conference.shared_music import SharedMusic
from engine.live.conference.spoken_messages import SpokenMessages
from engine.live.orders import ConferenceChange, RecordingAction
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.model.callback import ConferenceEventName
from engine.model.conference import Conference, ConferenceStatus, Participant, ParticipantChange, become, differences
from engine.model.conference_end import ConferenceEnd, end_by, why_left
from engine.ports import LegId, Sink
from engine.webhooks.payloads.conference import announcement_params, ending_params, events_of, leaving_params

log = structlog.get_logger(__name__)


class Room:
    """A conference that somebody is in. Membership changes one at a time."""

    def __init__(self, conference: Conference, services: CallServices, backlog: Backlog) -> None:
        self.conference = conference
        self.over = Signal()
        self.begun = Signal()
        self.recording = RoomRecording(services.recorder, self.everybody)
        self._overhearing = RecordingIsolation(services.recorder)
        self._services = services
        self._backlog = backlog
        self._members: list[Member] = []
        self._callbacks = ConferenceCallbacks(services.callbacks, services.clock, backlog)
        self._mixing = Mixing(services.bridge, services.clock, self._talks)
        self._beside = BackgroundTasks("conference")
        self._music = SharedMusic(services.speaker, services.bridge)
        self._announcements = Announcements(self.everybody)
        self.messages = SpokenMessages(services.speaker, services.clock, self._announcements, self._announced)
        self._comings = JoinLeaveAnnouncements(services.speaker, self._announcements)
        self._unasked = 0
        """How many are heard in it who are not in it yet, so that nobody has asked them."""
        self._ended: ConferenceEnd | None = None
        self._ending: dict[str, str] | None = None
        """What is to be told of its end, until the last has left."""
        self._turn = asyncio.Lock()

    @property
    def size(self) -> int:
        return len(self._members)

    @property
    def members(self) -> Sequence[Member]:
        return tuple(self._members)

    @property
    def audience_muted(self) -> bool:
        """Whether everybody but the moderators is muted."""
        return all(each.participant.muted for each in self._members if not each.participant.moderator)

    def closed_to_newcomers(self) -> QueueEntry | None:
        """Why nobody may come in; None if somebody may."""
        if self.over.is_set():
            return QueueEntry.OVER
        if self.conference.locked:
            return QueueEntry.LOCKED
        return QueueEntry.FULL if self.size >= self.conference.max_participants else None

    def everybody(self) -> Sequence[Sink]:
        """The sinks by which all who are in the room hear."""
        mix = self._mixing.mix
        return [mix.sink] if mix is not None else [member.ear for member in self._members]

    async def enter(self, member: Member) -> QueueEntry:
        """Take somebody in, if there is a place."""
        async with self._turn:
            if (closed := self.closed_to_newcomers()) is not None:
                return closed
            if self.conference.record and not member.session.has_answered_consent:
                return QueueEntry.NO_CONSENT
            self._members.append(member)
            self._callbacks.meet(member)
            await self._backlog.write(partial(self._services.stores.conferences.join, member.participant))
            if member.begins(self.conference) and self.conference.status is not ConferenceStatus.IN_PROGRESS:
                await self._become(ConferenceStatus.IN_PROGRESS)
                self.begun.set()
                watching = watch_lines(
                    self._services.bridge, self._services.clock, lambda: self.members, self.conference.id
                )
                self._beside.begin(watching)
                await self._tell(ConferenceEventName.START, "conference-start", None)
            await self._tell(ConferenceEventName.JOIN, "participant-join", member)
            await self._arrange()
        if self.size > 1:
            self._comings.came(self.conference, member)
        return QueueEntry.ENTERED

    async def leave(self, member: Member) -> None:
        """Take a member out; the room is over when it was the last, or the one that ends it."""
        async with self._turn:
            self._members.remove(member)
            await member.close()
            await self._mixing.remove(member)
            await self.recording.member_left(member)
            now = self._services.clock.now()
            await self._backlog.write(partial(self._services.stores.conferences.leave, member.participant.id, now))
            left = why_left(sent_out=member.sent_out.is_set(), ended=self._ended)
            await self._tell(
                ConferenceEventName.LEAVE, "participant-leave", member, **leaving_params(left, member.session.call)
            )
            if member.participant.end_on_exit or not self._members:
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
            await self._change_recording(change)
            self.conference = altered(self.conference, change)
            await self._backlog.write(partial(self._services.stores.conferences.save, self.conference))
            if change.muted is not None:
                for member in self._members:
                    if not (change.spared and member.participant.moderator):
                        await self._change(member, ParticipantChange(muted=change.muted))
            await self._arrange()
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
            self.conference = replace(self.conference, record=True)
            await self._backlog.write(partial(self._services.stores.conferences.save, self.conference))
            await self._arrange()
            return True

    async def consent_withdrawn(self, delete: bool) -> None:
        """Somebody is left out of the recording from now on, which may be deleted at its end."""
        if delete:
            self.recording.delete_at_end()
        async with self._turn:
            await self._arrange()

    async def another_person(self, member: Member) -> None:
        """Another call is in this member's seat, or is known by now to be recorded or not."""
        async with self._turn:
            if member.follow_call():
                await self._backlog.write(partial(self._services.stores.conferences.change, member.participant))
            await self._arrange()

    async def change_member(self, member: Member, change: ParticipantChange) -> Participant:
        """The participant after it."""
        async with self._turn:
            await self._change(member, change)
            await self._arrange()
            return member.participant

    @asynccontextmanager
    async def with_unasked(self) -> AsyncIterator[None]:
        """Inside, somebody is heard who has not been asked, in no recording."""
        self._unasked += 1
        try:
            await self._arrange_again()
            yield
        finally:
            self._unasked -= 1
            await to_its_end(self._arrange_again())

    async def _announced(self, url: str | None, failure: str | None) -> None:
        if not self._members:
            return
        self._members[0].session.journal.note_event("announced", conference=self.conference.id, failure=failure)
        word = "announcement-fail" if failure else "announcement-end"
        await self._tell(ConferenceEventName.ANNOUNCEMENT, word, None, **announcement_params(url, failure))

    async def _arrange_again(self) -> None:
        async with self._turn:
            if not self.over.is_set():
                await self._arrange()

    async def _change_recording(self, change: ConferenceChange) -> None:
        match change.recording:
            case RecordingAction.STOP:
                await self.recording.stop()
            case RecordingAction.PAUSE:
                await self.recording.pause(change.pause_behavior)
            case RecordingAction.RESUME:
                await self.recording.resume()

    async def _change(self, member: Member, change: ParticipantChange) -> None:
        before = member.change(change)
        if member.participant == before:
            return
        await self._backlog.write(partial(self._services.stores.conferences.change, member.participant))
        member.session.journal.note_event(
            "participant_changed", conference=self.conference.id, **differences(before, member.participant)
        )
        for event, word in events_of(before, member.participant):
            await self._tell(event, word, member)

    async def _tell(self, event: ConferenceEventName, word: str, member: Member | None, **more: str) -> None:
        await self._callbacks.tell_event(self.conference, event, word, member, **more)

    async def _end(self, reason: ConferenceEnd, by: Member | None) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._ended = reason
        self._ending = ending_params(reason, by.participant if by else None, by.plan.label if by else None)
        await self.recording.stop()
        await self._beside.close()
        await self._announcements.close()
        await self._music.stop()
        await self._mixing.close()
        await self._become(ConferenceStatus.COMPLETED)

    async def _tell_end(self) -> None:
        """After the last has left: whoever counts who is in it hears of the end last."""
        if self._ending is None or self._members:
            return
        ending, self._ending = self._ending, None
        await self._tell(ConferenceEventName.END, "conference-end", None, **ending)

    async def _become(self, status: ConferenceStatus) -> None:
        self.conference = become(self.conference, status, self._services.clock.now())
        await self._backlog.write(partial(self._services.stores.conferences.save, self.conference))

    async def _arrange(self) -> None:
        """Make what is heard and recorded what the members' state asks for."""
        begun = self.conference.status is ConferenceStatus.IN_PROGRESS
        consenting = not self._unasked and all(member.session.consent is not None for member in self._members)
        await self._overhearing.close(self._members, all_consent=consenting)
        await self.recording.leave_out(self._members, all_consent=consenting)
        if begun:
            mix = await self._mixing.arrange(self.conference.options, self._members)
            await self.recording.arrange(self.conference, self._members, mix, all_consent=consenting)
        await self._overhearing.open(self._members, all_consent=consenting)
        for member in self._members:
            await self.recording.member_changed(member)
            await member.tell_hold(held=member.participant.hold)
            await member.play_hold_music()
        waiting = not begun and not self.over.is_set()
        await self._music.play_to({each.ear for each in self._members if each.wants_music(waiting=waiting)})

    async def _talks(self, leg: LegId, now: bool) -> None:
        member = next((each for each in self._members if each.leg == leg), None)
        if member is None or not member.participant.is_heard:
            return
        member.session.journal.note_event("talking" if now else "fell_silent", conference=self.conference.id)
        word = "participant-speech-start" if now else "participant-speech-stop"
        await self._tell(ConferenceEventName.SPEAKER, word, member)


def altered(conference: Conference, change: ConferenceChange) -> Conference:
    """The conference as the change has it."""
    return replace(
        conference,
        locked=conference.locked if change.locked is None else change.locked,
        max_participants=change.max_participants or conference.max_participants,
        record=conference.record and change.recording is not RecordingAction.STOP,
    )
