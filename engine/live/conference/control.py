"""Control of conferences from outside: change them, end them, conduct who is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.aio.waits import first_of
from engine.errors import StoreError, WrongState
from engine.live.bridging.ringing import RingingSound
from engine.live.conference.changes import altered
from engine.live.conference.member import Member
from engine.live.conference.room import Room
from engine.live.conference.rooms import Rooms
from engine.live.consent.service import ConsentService
from engine.live.orders import ConferenceChange, NewConference, ParticipantOrder, RecordingAction
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.conference import Conference, ConferenceStatus, Participant, become
from engine.model.conference_end import ConferenceEnd
from engine.ports import RtpStats
from engine.ports.nodes import NodeOrder

UNVISITED: Final = timedelta(hours=24)
"""After which a conference that nobody has entered is completed."""

_SWEEP_S: Final = 60.0

log = structlog.get_logger(__name__)


class ConferenceControl:
    """Changes and ends a node's conferences, and conducts who is in them (api.http.engine_ports.ConferenceService)."""

    def __init__(self, services: CallServices, rooms: Rooms, permission: ConsentService) -> None:
        self._services = services
        self._rooms = rooms
        self._permission = permission
        self._beside = BackgroundTasks("conferences")

    @property
    def live(self) -> int:
        """How many conferences have somebody in them."""
        return len(self._rooms.live_rooms)

    @property
    def participants(self) -> int:
        """How many calls are in a conference."""
        return sum(room.size for room in self._rooms.live_rooms)

    async def create(self, order: NewConference) -> Conference:
        """A conference that waits for its first participant. Raises StoreError."""
        return await self._rooms.create(order)

    async def end(self, account_id: str, conference_id: str) -> None:
        """End it for all. Raises NotFound."""
        if (room := self._rooms.live(account_id, conference_id)) is not None:
            await room.end(ConferenceEnd.BY_API)
            return
        conference = await self._rooms.stored(account_id, conference_id)
        if conference.status is not ConferenceStatus.COMPLETED:
            now = self._services.clock.now()
            await self._services.stores.conferences.advance(become(conference, ConferenceStatus.COMPLETED, now))

    async def change(self, account_id: str, conference_id: str, change: ConferenceChange) -> Conference:
        """The conference after it. Raises NotFound, and WrongState where it is over, or nobody would hear."""
        room = self._rooms.live(account_id, conference_id)
        conference = room.conference if room else await self._rooms.stored(account_id, conference_id)
        _require_possible(change, conference, room)
        if room is None:
            recorded = conference.record or change.recording is RecordingAction.START
            changed = replace(altered(conference, change), record=recorded)
            await self._services.stores.conferences.save(changed, conference)
        else:
            await room.change(change)
            if change.recording is RecordingAction.START:
                self._beside.begin(self._record(room))
        if change.end:
            await self.end(account_id, conference_id)
        return await self._rooms.stored(account_id, conference_id)

    async def change_participant(
        self, account_id: str, conference_id: str, who: str, order: ParticipantOrder
    ) -> Participant:
        """`who` is a participant's or a call's id. Raises NotFound."""
        room, member = self._rooms.member(account_id, conference_id, who)
        if order.hold_music is not None:
            await member.hear_on_hold(room.messages.hold_music(member, order.hold_music))
        if order.beep_on_exit is not None:
            member.beep_on_exit(beeps=order.beep_on_exit)
        participant = await room.change_member(member, order.change)
        if order.say is not None:
            room.messages.say_to(member, order.say)
        if order.play is not None:
            room.messages.play_to(member, order.play)
        if order.announce is not None:
            room.messages.announce_to(member, order.announce)
        return participant

    async def lines(self, account_id: str, conference_id: str) -> Mapping[str, RtpStats]:
        """How good the lines of those in it are, by their participants' ids; of a room that is not here, none."""
        room = self._rooms.live(account_id, conference_id)
        found = {}
        for member in room.members if room is not None else ():
            figures = await self._services.bridge.figures(member.leg)
            if figures is not None:
                found[member.participant.id] = figures
        return found

    async def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        """The call goes on with its flow. Raises NotFound."""
        room, member = self._rooms.member(account_id, conference_id, who)
        member.session.journal.note_event("conference_sent_out", conference=room.conference.id)
        member.sent_out.set()

    def let_hear_ringing(self, account_id: str, conference_id: str, called: Session) -> None:
        """Let the room hear how somebody who is called in is rung, until it answers or does not."""
        self._beside.begin(self._ringing(account_id, conference_id, called))

    async def obey(self, order: NodeOrder) -> NodeOrder:
        """Do what another node wants of a conference."""
        return await self._rooms.obey(order)

    async def close_unvisited(self) -> None:
        """Complete conferences that nobody has entered for UNVISITED, for ever."""
        while True:
            await self.close_unvisited_now()
            await self._services.clock.sleep(_SWEEP_S)

    async def close_unvisited_now(self) -> None:
        """Once."""
        now = self._services.clock.now()
        try:
            for conference in await self._services.stores.conferences.unvisited(self._services.node, now - UNVISITED):
                if self._rooms.live(conference.account_id, conference.id) is None:
                    await self._services.stores.conferences.advance(become(conference, ConferenceStatus.COMPLETED, now))
                    log.info("conference_unvisited", conference=conference.id)
        except StoreError as error:
            log.error("store_failed", error=str(error))

    async def close(self) -> None:
        """End what is under way."""
        await self._beside.close()
        await self._rooms.close()

    async def _record(self, room: Room) -> None:
        """Record a conference as soon as all who are there have consented; who comes meanwhile is asked too."""
        asked: Sequence[Member] = ()
        while True:
            unheard = [each for each in asked if not each.session.has_answered_consent and each in room.members]
            for member in unheard:
                member.session.journal.note_event(
                    "not_recorded", reason="somebody in the conference could not be asked"
                )
            if unheard or (asked and await room.record()):
                return
            asked = room.members
            await self._permission.consent_of(*(member.session for member in asked), conference=room.conference)
            if not asked:
                await room.record()
                return

    async def _ringing(self, account_id: str, conference_id: str, called: Session) -> None:
        room = self._rooms.live(account_id, conference_id)
        if room is None or not room.begun.is_set():
            return
        early_media = not room.conference.record
        sound = RingingSound(self._services, room.everybody(), called.note_event, early_media, room.with_unasked)
        ringing = started(sound.play([called]))
        try:
            await first_of(called.answered, called.over, room.over)
        finally:
            await stopped(ringing)


def _require_possible(change: ConferenceChange, conference: Conference, room: Room | None) -> None:
    if conference.status is ConferenceStatus.COMPLETED:
        raise WrongState(f"{conference.id} is completed.")
    alive = room is not None and conference.status is ConferenceStatus.IN_PROGRESS
    if change.needs_hearers and not alive:
        raise WrongState(f"{conference.id} is {conference.status}: nobody hears what is said before it begins.")
    if change.recording in (RecordingAction.PAUSE, RecordingAction.RESUME) and not alive:
        raise WrongState(f"{conference.id} is {conference.status}: it is not being recorded.")
    if change.recording is RecordingAction.STOP and not conference.record:
        raise WrongState(f"{conference.id} is not being recorded.")
