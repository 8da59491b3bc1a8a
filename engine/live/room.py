"""One live conference: who is in it, who hears whom, its music, tones and recording."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from engine.callback import Callback, ConferenceEventName
from engine.conference import Conference, ConferenceStatus, Participant, ParticipantChange, become, changed, differences
from engine.errors import MediaError, RecordingError, StoreError
from engine.flow.plans import Beep, RoomPlan
from engine.live.active_recording import ActiveRecording
from engine.live.announcements import Announcements
from engine.live.recording_desk import Subject
from engine.live.services import Services
from engine.live.session import Session
from engine.live.shared_music import SharedMusic
from engine.live.talkers import watch_talkers
from engine.orders import ConferenceChange
from engine.ports import Attendance, Ear, LegId, MixedRoom, Sink
from engine.recording import RecordingSource
from engine.tasks import stopped
from engine.told.conference import conference_form, events_of

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Member:
    """One leg in a room."""

    session: Session
    plan: RoomPlan
    participant: Participant
    hears_music: bool = True
    """While it waits; False where the flow gives it something of its own to hear."""
    attendance: Attendance | None = None
    """How it takes part in the mix; None while it has no seat there."""
    sent_out: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def leg(self) -> LegId:
        return self.session.leg.id

    @property
    def ear(self) -> Ear:
        return Ear(self.leg)

    def wants_music(self, *, waiting: bool) -> bool:
        """Whether it is on hold, or waits for the room to begin."""
        return self.participant.hold or (waiting and self.hears_music)


class Room:
    """A conference that somebody is in. Membership changes one at a time."""

    def __init__(self, conference: Conference, services: Services) -> None:
        self.conference = conference
        self.over = asyncio.Event()
        self.begun = asyncio.Event()
        self._callback: Callback | None = None
        self._services = services
        self._members: list[Member] = []
        self._mix: MixedRoom | None = None
        self._music = SharedMusic(services.speaker, services.bridge)
        self._watching: asyncio.Task[None] | None = None
        self._recording: ActiveRecording | None = None
        self._announcements = Announcements(services.speaker)
        self._turn = asyncio.Lock()

    @property
    def size(self) -> int:
        return len(self._members)

    async def enter(self, member: Member) -> bool:
        """False if the room is full or over."""
        async with self._turn:
            if self.over.is_set() or self.conference.locked or self.size >= self.conference.max_participants:
                return False
            self._members.append(member)
            self._callback = self._callback or member.plan.callback
            await stored(self._services.conferences.join(member.participant))
            if member.plan.start_on_enter and self.conference.status is not ConferenceStatus.IN_PROGRESS:
                await self._become(ConferenceStatus.IN_PROGRESS)
                self.begun.set()
                await self._tell(ConferenceEventName.START, "conference-start", member)
            await self._tell(ConferenceEventName.JOIN, "participant-join", member)
            await self._arrange()
        if member.plan.beep in (Beep.BOTH, Beep.ON_ENTER):
            await self._beep()
        return True

    async def leave(self, member: Member) -> None:
        """Take a member out; the room is over when it was the last, or the one that ends it."""
        async with self._turn:
            self._members.remove(member)
            if self._mix is not None:
                await self._mix.remove(member.leg)
            await stored(self._services.conferences.leave(member.participant.id, self._services.clock.now()))
            await self._tell(ConferenceEventName.LEAVE, "participant-leave", member)
            if not self._members or (member.participant.end_on_exit and not self.over.is_set()):
                await self._end(member)
            await self._arrange()
        if member.plan.beep in (Beep.BOTH, Beep.ON_EXIT) and not self.over.is_set():
            await self._beep()

    async def end(self) -> None:
        """End it for all."""
        async with self._turn:
            await self._end(self._members[0] if self._members else None)

    def member(self, who: str) -> Member | None:
        """The one of this participant's or call's id."""
        return next((each for each in self._members if who in (each.participant.id, each.session.call.id)), None)

    async def change(self, change: ConferenceChange) -> None:
        """Lock it, limit it, mute everybody, say something to all."""
        async with self._turn:
            self.conference = altered(self.conference, change)
            await stored(self._services.conferences.save(self.conference))
            if change.muted is not None:
                for member in self._members:
                    await self._change(member, ParticipantChange(muted=change.muted))
            await self._arrange()
            if change.say is not None and self._mix is not None:
                self._announcements.say(change.say, self._mix)

    async def change_member(self, member: Member, change: ParticipantChange) -> Participant:
        """The participant after it."""
        async with self._turn:
            await self._change(member, change)
            await self._arrange()
            return member.participant

    async def _change(self, member: Member, change: ParticipantChange) -> None:
        before, member.participant = member.participant, changed(member.participant, change)
        if member.participant == before:
            return
        await stored(self._services.conferences.change(member.participant))
        member.session.journal.note(
            "participant_changed", conference=self.conference.id, **differences(before, member.participant)
        )
        for event, word in events_of(before, member.participant):
            await self._tell(event, word, member)

    async def _tell(self, event: ConferenceEventName, name: str, member: Member) -> None:
        if self._callback is not None and event.value in self._callback.events:
            form = conference_form(self.conference, name, member.participant, member.plan, self._services.clock.now())
            await self._services.teller.tell(member.session.call.id, self._callback, form)

    async def _end(self, last: Member | None) -> None:
        if not self.over.is_set():
            self.over.set()
            if last is not None:
                await self._tell(ConferenceEventName.END, "conference-end", last)
            if self._recording is not None:
                await self._recording.stop()
            await self._close_mix()
            await self._become(ConferenceStatus.COMPLETED)

    async def _become(self, status: ConferenceStatus) -> None:
        self.conference = become(self.conference, status, self._services.clock.now())
        await stored(self._services.conferences.save(self.conference))

    async def _arrange(self) -> None:
        """Make the wires what the members' state asks for."""
        begun = self.conference.status is ConferenceStatus.IN_PROGRESS
        if begun:
            self._mix = self._mix or await self._open_mix()
            for member in self._members:
                wanted = self._attendance(member)
                if member.attendance != wanted:
                    await self._mix.place(member.leg, wanted)
                    member.attendance = wanted
        waiting = not begun and not self.over.is_set()
        await self._music.play_to({each.ear for each in self._members if each.wants_music(waiting=waiting)})
        if begun and self._members and self.conference.record:
            await self._arrange_recording()

    async def _open_mix(self) -> MixedRoom:
        mix = await self._services.bridge.open_room()
        self._watching = asyncio.create_task(watch_talkers(mix, self._talks))
        return mix

    async def _close_mix(self) -> None:
        await self._announcements.close()
        await self._music.stop()
        if self._watching is not None:
            await stopped(self._watching)
        if self._mix is not None:
            await self._mix.close()
            self._mix = None

    async def _talks(self, leg: LegId, now: bool) -> None:
        member = next((each for each in self._members if each.leg == leg), None)
        if member is None or member.participant.muted or member.participant.hold:
            return
        member.session.journal.note("talking" if now else "fell_silent", conference=self.conference.id)
        word = "participant-speech-start" if now else "participant-speech-stop"
        await self._tell(ConferenceEventName.SPEAKER, word, member)

    def _attendance(self, member: Member) -> Attendance:
        stay = member.participant
        coached = self.member(stay.coach) if stay.coach is not None else None
        return Attendance(
            speaks=not (stay.muted or stay.hold) and (stay.coach is None or coached is not None),
            hears=not (stay.deaf or stay.hold),
            coaches=coached.leg if coached is not None else None,
            said_gain=stay.said_volume / 100,
            heard_gain=stay.heard_volume / 100,
        )

    async def _arrange_recording(self) -> None:
        """Every member has consented before it came in."""
        if self._recording is not None or self._mix is None:
            return
        first = self._members[0].session
        if first.consent is None:
            return
        plan = self._members[0].plan
        subject = Subject(
            self.conference.account_id,
            RecordingSource.CONFERENCE,
            first.journal.note,
            conference_id=self.conference.id,
            callback=plan.recording_callback,
            told_on=first.call.id,
            trim=plan.trim,
        )
        try:
            self._recording = await self._services.recorder.start(first.consent, subject, [[self._mix.source]])
        except RecordingError as error:
            first.journal.note("not_recorded", reason=str(error))

    async def _beep(self) -> None:
        if self.size < 2:
            return
        try:
            all_in: list[Sink] = [self._mix.sink] if self._mix else [member.ear for member in self._members]
            await self._services.speaker.beep(all_in)
        except MediaError as error:
            log.warning("beep_failed", reason=str(error))

    @property
    def recording_id(self) -> str | None:
        return self._recording.id if self._recording else None


def altered(conference: Conference, change: ConferenceChange) -> Conference:
    """The conference as the change has it."""
    locked = conference.locked if change.locked is None else change.locked
    return replace(conference, locked=locked, max_participants=change.max_participants or conference.max_participants)


async def stored(writing: Coroutine[Any, Any, object]) -> None:
    """A database that fails must not harm those who talk."""
    try:
        await writing
    except StoreError as error:
        log.error("store_failed", error=str(error))
