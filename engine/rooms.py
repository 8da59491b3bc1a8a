"""Live conferences: who is in them, who hears whom, their music, tones and recording."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from engine.conference import Conference, ConferenceStatus, Participant, Seat, audible_pairs, become
from engine.errors import MediaError, NotFound, RecordingError, StoreError
from engine.flow.stage import Beep, RoomOutcome, RoomPlan
from engine.ids import Kind, new_id
from engine.orders import NewConference
from engine.permission import Permission
from engine.ports import Ear, LegId, Player, Said
from engine.recordings import ActiveRecording, Subject
from engine.services import Services
from engine.session import Session
from engine.tasks import first_of

_LEAVE_KEY: Final = "*"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Member:
    """One leg in a room."""

    session: Session
    plan: RoomPlan
    participant: Participant

    @property
    def leg(self) -> LegId:
        return self.session.leg.id

    @property
    def ear(self) -> Ear:
        return Ear(self.leg)


class Room:
    """A conference that somebody is in. Membership changes one at a time."""

    def __init__(self, conference: Conference, services: Services) -> None:
        self.conference = conference
        self.over = asyncio.Event()
        self._services = services
        self._members: list[Member] = []
        self._edges: frozenset[tuple[LegId, LegId]] = frozenset()
        self._music: Player | None = None
        self._recording: ActiveRecording | None = None
        self._turn = asyncio.Lock()

    @property
    def size(self) -> int:
        return len(self._members)

    async def enter(self, member: Member) -> bool:
        """False if the room is full or over."""
        async with self._turn:
            if self.over.is_set() or self.size >= self.conference.max_participants:
                return False
            self._members.append(member)
            await _stored(self._services.conferences.join(member.participant))
            if member.plan.start_on_enter and self.conference.status is not ConferenceStatus.IN_PROGRESS:
                await self._become(ConferenceStatus.IN_PROGRESS)
            await self._arrange()
        if member.plan.beep in (Beep.BOTH, Beep.ON_ENTER):
            await self._beep()
        return True

    async def leave(self, member: Member) -> None:
        """Take a member out; the room is over when it was the last, or the one that ends it."""
        async with self._turn:
            self._members.remove(member)
            await _stored(self._services.conferences.leave(member.participant.id, self._services.clock.now()))
            if not self._members or (member.plan.end_on_exit and not self.over.is_set()):
                await self._end()
            await self._arrange()
        if member.plan.beep in (Beep.BOTH, Beep.ON_EXIT) and not self.over.is_set():
            await self._beep()

    async def end(self) -> None:
        """End it for all."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        if not self.over.is_set():
            self.over.set()
            if self._recording is not None:
                await self._recording.stop()
            await self._become(ConferenceStatus.COMPLETED)

    async def _become(self, status: ConferenceStatus) -> None:
        self.conference = become(self.conference, status, self._services.clock.now())
        await _stored(self._services.conferences.save(self.conference))

    async def _arrange(self) -> None:
        """Make the wires what the members' state asks for."""
        begun = self.conference.status is ConferenceStatus.IN_PROGRESS
        seats = [Seat(member.leg, muted=member.plan.muted) for member in self._members]
        wanted = audible_pairs(seats) if begun else frozenset()
        bridge = self._services.bridge
        for speaker, listener in self._edges - wanted:
            await bridge.disconnect(Said(speaker), Ear(listener))
        for speaker, listener in wanted - self._edges:
            await bridge.connect(Said(speaker), Ear(listener))
        self._edges = wanted
        await self._arrange_music(waiting=not begun and bool(self._members))
        if begun and self._members and self.conference.record:
            await self._arrange_recording()

    async def _arrange_music(self, *, waiting: bool) -> None:
        bridge = self._services.bridge
        if not waiting and self._music is not None:
            await self._music.stop()
            self._music = None
        if not waiting:
            return
        try:
            self._music = self._music or await self._services.speaker.hold_music(to=[])
        except MediaError as error:
            log.warning("hold_music_failed", reason=str(error))
            return
        for member in self._members:
            await bridge.connect(self._music.source, member.ear)

    async def _arrange_recording(self) -> None:
        """Every member has consented before it came in."""
        speakers = [Said(member.leg) for member in self._members]
        if self._recording is not None:
            for source in speakers:
                await self._services.bridge.connect(source, self._recording.recorder.tracks[0])
            return
        first = self._members[0].session
        if first.consent is None:
            return
        subject = Subject(
            self.conference.account_id, "conference", first.journal.note, conference_id=self.conference.id
        )
        try:
            self._recording = await self._services.recorder.start(first.consent, subject, [speakers])
        except RecordingError as error:
            first.journal.note("not_recorded", reason=str(error))

    async def _beep(self) -> None:
        if self.size < 2:
            return
        try:
            await self._services.speaker.beep([member.ear for member in self._members])
        except MediaError as error:
            log.warning("beep_failed", reason=str(error))

    @property
    def recording_id(self) -> str | None:
        return self._recording.id if self._recording else None


class Rooms:
    """All live rooms, by account and name."""

    def __init__(self, services: Services, permission: Permission) -> None:
        self._services = services
        self._permission = permission
        self._rooms: dict[tuple[str, str], Room] = {}

    async def create(self, order: NewConference) -> Conference:
        """A conference that waits for its first participant. Raises StoreError."""
        conference = self._new(order.account_id, order.friendly_name, order.max_participants, record=order.record)
        await self._services.conferences.add(conference)
        return conference

    async def end(self, account_id: str, conference_id: str) -> None:
        """End it for all. Raises NotFound."""
        for room in self._rooms.values():
            if (room.conference.account_id, room.conference.id) == (account_id, conference_id):
                await room.end()
                return
        conference = await self._services.conferences.get(conference_id)
        if conference is None or conference.account_id != account_id:
            raise NotFound("conference", conference_id)
        if conference.status is not ConferenceStatus.COMPLETED:
            now = self._services.clock.now()
            await self._services.conferences.save(become(conference, ConferenceStatus.COMPLETED, now))

    async def join(self, session: Session, plan: RoomPlan) -> RoomOutcome:
        """Stay in the room until the leg, the room or the stay's limit ends."""
        room = await self._room(session.call.account_id, plan)
        refused = RoomOutcome(room.conference.id, joined=False, seconds=0)
        if room.conference.record and await self._permission.of(session) is None:
            session.journal.note("conference_refused", conference=room.conference.id, reason="no consent")
            return refused
        member = Member(session, plan, self._participant(room, session))
        if session.over.is_set() or not await room.enter(member):
            session.journal.note("conference_refused", conference=room.conference.id, reason="full or over")
            return refused
        session.journal.note("conference_joined", conference=room.conference.id)
        came = self._services.clock.monotonic()
        try:
            await self._stay(session, plan, room)
        finally:
            await asyncio.shield(room.leave(member))
            if room.over.is_set():
                self._forget(room)
        seconds = int(self._services.clock.monotonic() - came)
        session.journal.note("conference_left", conference=room.conference.id, seconds=seconds)
        url = self._services.recording_url(room.recording_id) if room.recording_id else None
        return RoomOutcome(room.conference.id, joined=True, seconds=seconds, recording_url=url)

    async def _stay(self, session: Session, plan: RoomPlan, room: Room) -> None:
        if not plan.leave_on_star:
            await first_of(session.over, room.over, timeout_s=plan.limit_s)
            return
        try:
            async with asyncio.timeout(plan.limit_s), asyncio.TaskGroup() as group:
                star = group.create_task(_pressed(session, _LEAVE_KEY))
                ended = group.create_task(first_of(session.over, room.over))
                await asyncio.wait({star, ended}, return_when=asyncio.FIRST_COMPLETED)
                star.cancel()
                ended.cancel()
        except TimeoutError:
            session.journal.note("conference_time_limit", seconds=plan.limit_s)

    async def _room(self, account_id: str, plan: RoomPlan) -> Room:
        key = (account_id, plan.name)
        room = self._rooms.get(key)
        if room is None or room.over.is_set():
            conference = await self._find(account_id, plan.name)
            made = conference or self._new(account_id, plan.name, plan.max_participants, record=plan.record)
            # Another leg may have made the room while we asked the database.
            room = self._rooms.get(key)
            if room is None or room.over.is_set():
                room = self._rooms[key] = Room(made, self._services)
                if conference is None:
                    await _stored(self._services.conferences.add(made))
        return room

    async def _find(self, account_id: str, name: str) -> Conference | None:
        try:
            return await self._services.conferences.by_name(account_id, name)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return None

    def _forget(self, room: Room) -> None:
        for key, known in tuple(self._rooms.items()):
            if known is room:
                del self._rooms[key]

    def _new(self, account_id: str, name: str, max_participants: int, *, record: bool) -> Conference:
        identifier = new_id(Kind.CONFERENCE)
        return Conference(
            id=identifier,
            account_id=account_id,
            friendly_name=name or identifier,
            status=ConferenceStatus.INIT,
            max_participants=max_participants,
            record=record,
            date_created=self._services.clock.now(),
            node=self._services.node,
        )

    def _participant(self, room: Room, session: Session) -> Participant:
        return Participant(
            id=new_id(Kind.PARTICIPANT),
            conference_id=room.conference.id,
            call_id=session.call.id,
            joined_at=self._services.clock.now(),
        )


async def _pressed(session: Session, key: str) -> None:
    while await session.keys.next(None) != key:
        pass


async def _stored(writing: Coroutine[Any, Any, object]) -> None:
    """A database that fails must not harm those who talk."""
    try:
        await writing
    except StoreError as error:
        log.error("store_failed", error=str(error))
