"""One leg in a room."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks
from engine.errors import LegGone
from engine.flow.plans import Beep, RoomPlan
from engine.live.conference.announcements import Announcements
from engine.live.conference.spoken_name import SpokenName
from engine.live.session.leg_hold import HeldAs
from engine.live.session.session import Session
from engine.model.conference import Conference, Participant, ParticipantChange, changed
from engine.ports import Attendance, Ear, LegId
from engine.webhooks.call_web import CallWeb


class HoldMusic(Protocol):
    """Something that a participant hears on hold."""

    async def play(self, *, playing: bool) -> None:
        """Let it be heard, or no longer."""
        ...


@dataclass(eq=False, slots=True)
class Member:
    """One call in a conference: who it is, how it came in, and how it takes part now."""

    session: Session
    plan: RoomPlan
    participant: Participant
    web: CallWeb
    hears_music: bool = True
    """While it waits; False where the flow gives it something of its own to hear."""
    name: SpokenName | None = None
    hold_music: HoldMusic | None = None
    """In place of ours; None for ours."""
    attendance: Attendance | None = None
    """How it takes part in the mix; None while it has no seat there."""
    unheard: bool = False
    """Until other nodes know that it may not be recorded, nobody hears it."""
    sent_out: Signal = field(default_factory=Signal)
    """By somebody else."""
    has_left: Signal = field(default_factory=Signal)
    """By its own key."""
    beside: BackgroundTasks = field(init=False)
    """What goes on for as long as it stays."""
    private: Announcements = field(init=False)
    """What it alone hears."""

    def __post_init__(self) -> None:
        session = self.session
        self.beside = BackgroundTasks("participant", call_id=session.call.id, on_failure=session.background_failed)
        self.private = Announcements(lambda: [self.ear])

    @property
    def leg(self) -> LegId:
        return self.session.leg.id

    @property
    def ear(self) -> Ear:
        return Ear(self.leg)

    def seated(self, attendance: Attendance) -> None:
        """The mix has it take part so."""
        self.attendance = attendance

    def wait_to_be_heard(self) -> None:
        """Be heard by nobody until `be_heard`, where other nodes are to know first that it may not be recorded."""
        self.unheard = not self.participant.consents

    def be_heard(self) -> None:
        """Be heard as it takes part."""
        self.unheard = False

    def follow_consent(self, *, asked: bool) -> bool:
        """Have it tell whether it may be recorded, if all who are heard were `asked`; whether that is otherwise."""
        before, consents = self.participant.consents, asked and self.session.consent is not None
        self.participant = replace(self.participant, consents=consents)
        return before != consents

    def follow_call(self) -> bool:
        """Be the participant of the call that is in its seat now; whether that is another than before."""
        before, call_id = self.participant.call_id, self.session.call.id
        self.participant = replace(self.participant, call_id=call_id)
        return before != call_id

    def change(self, change: ParticipantChange) -> Participant:
        """The participant becomes what the change has it be; gives what it was."""
        before, self.participant = self.participant, changed(self.participant, change)
        return before

    async def play_hold_music(self) -> None:
        """Let it hear its own music while it is on hold, and not otherwise."""
        if self.hold_music is not None:
            await self.hold_music.play(playing=self.participant.hold)

    async def hear_on_hold(self, music: HoldMusic) -> None:
        """Have something of its own to hear on hold, from now on."""
        if self.hold_music is not None:
            await self.hold_music.play(playing=False)
        self.hold_music = music

    def beep_on_exit(self, *, beeps: bool) -> None:
        """Let a tone tell that it has left, or not."""
        self.plan = replace(self.plan, beep=Beep.ON_EXIT if beeps else Beep.NONE)

    async def tell_hold(self, *, held: bool) -> None:
        """Its far end is told whether it is on hold, as its trunk has it."""
        with suppress(LegGone):  # its end is told by its own events
            await self.session.hold.set(self.session.leg, HeldAs.PARTICIPANT, held=held)

    async def close(self) -> None:
        """Take the member out of the conference."""
        await self.tell_hold(held=False)
        music, self.hold_music = self.hold_music, None  # which knows the member: nothing is left in a circle
        if music is not None:
            await music.play(playing=False)
        await self.beside.close()
        await self.private.close()

    def wants_music(self, *, waiting: bool) -> bool:
        """Whether it is on hold, or waits for the room to begin."""
        return (self.participant.hold and self.hold_music is None) or (waiting and self.hears_music)

    def begins(self, conference: Conference) -> bool:
        """Whether the room comes alive with it."""
        alone_may = self.plan.start_on_enter and not conference.options.wait_for_moderator
        return self.participant.moderator or alone_may


def is_called(member: Member, who: str) -> bool:
    """Whether it has this participant's or call's id."""
    return who in (member.participant.id, member.session.call.id)
