"""Does what people in a room ask for with their keys, and tells them so."""

from functools import partial
from typing import Protocol

from engine.live.conference.admission import language_for
from engine.live.conference.member import Member
from engine.live.conference.spoken_messages import SpokenMessages
from engine.live.orders import ConferenceChange
from engine.live.phrases import Phrase, others_present
from engine.model.conference import Conference, Participant, ParticipantChange
from engine.model.conference_end import ConferenceEnd
from engine.model.conference_keys import FOR_MODERATORS, KeyReader, RoomCommand, volume_after
from engine.ports import Clock


class Commanded(Protocol):
    """A conference as far as keys that a participant presses can change it."""

    messages: SpokenMessages

    @property
    def conference(self) -> Conference: ...
    @property
    def audience_muted(self) -> bool: ...
    async def present(self) -> int: ...
    async def change(self, change: ConferenceChange) -> None: ...
    async def change_member(self, member: Member, change: ParticipantChange) -> Participant: ...
    async def end(self, reason: ConferenceEnd, by: Member | None = None) -> None: ...


async def obey(member: Member, room: Commanded, clock: Clock) -> None:
    """Read its keys and do what they say, for as long as it stays."""
    reader = KeyReader()
    while True:
        key = await member.session.keys.next(None)
        if key is None:
            continue
        reader, command = reader.pressed(key, clock.monotonic())
        if command is not None:
            member.session.journal.note_event("conference_keys", conference=room.conference.id, command=command.value)
            await _do(command, member, room)


async def _do(command: RoomCommand, member: Member, room: Commanded) -> None:
    say = partial(_say, member, room)
    stay = member.participant
    if command in FOR_MODERATORS and not stay.moderator:
        say(Phrase.FOR_MODERATORS)
        return
    match command:
        case RoomCommand.COUNT:
            others = await room.present() - 1
            room.messages.say_to(member, others_present(others, language_for(room.conference, member.session)))
        case RoomCommand.MUTE:
            await room.change_member(member, ParticipantChange(muted=not stay.muted))
            say(Phrase.UNMUTED if stay.muted else Phrase.MUTED)
        case RoomCommand.SOFTER | RoomCommand.LOUDER:
            volume = volume_after(stay.heard_volume, command)
            await room.change_member(member, ParticipantChange(heard_volume=volume))
        case RoomCommand.LOCK:
            locked = room.conference.locked
            await room.change(ConferenceChange(locked=not locked))
            say(Phrase.CONFERENCE_UNLOCKED if locked else Phrase.CONFERENCE_LOCKED)
        case RoomCommand.MUTE_ALL:
            muted = room.audience_muted
            await room.change(ConferenceChange(muted=not muted, spared=True))
            say(Phrase.ALL_UNMUTED if muted else Phrase.ALL_MUTED)
        case RoomCommand.END:
            await room.end(ConferenceEnd.BY_MODERATOR, member)


def _say(member: Member, room: Commanded, phrase: Phrase) -> None:
    room.messages.say_to(member, phrase.in_language(language_for(room.conference, member.session)))
