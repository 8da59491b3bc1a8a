"""All live conferences of a node, found by account and name."""

import asyncio
from typing import Final

import structlog

from engine.conference import Conference, ConferenceStatus, Participant, ParticipantChange, become
from engine.errors import NotFound, StoreError, WrongState
from engine.flow.plans import RoomOutcome, RoomPlan
from engine.flow.stage import Waiting
from engine.ids import Kind, new_id
from engine.live.entertainment import Entertainment
from engine.live.permission import Permission
from engine.live.room import Member, Room, altered, stored
from engine.live.services import Services
from engine.live.session import Session
from engine.orders import ConferenceChange, NewConference
from engine.tasks import first_of

_LEAVE_KEY: Final = "*"

log = structlog.get_logger(__name__)


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
        if (room := self._live(account_id, conference_id)) is not None:
            await room.end()
            return
        conference = await self._stored(account_id, conference_id)
        if conference.status is not ConferenceStatus.COMPLETED:
            now = self._services.clock.now()
            await self._services.conferences.save(become(conference, ConferenceStatus.COMPLETED, now))

    async def change(self, account_id: str, conference_id: str, change: ConferenceChange) -> Conference:
        """The conference after it. Raises NotFound, and WrongState where it is over, or nobody would hear."""
        room = self._live(account_id, conference_id)
        conference = room.conference if room else await self._stored(account_id, conference_id)
        if conference.status is ConferenceStatus.COMPLETED:
            raise WrongState(f"{conference_id} is completed.")
        if change.say is not None and (room is None or conference.status is ConferenceStatus.INIT):
            raise WrongState(f"{conference_id} is {conference.status}: nobody hears what is said before it begins.")
        if room is not None:
            await room.change(change)
        else:
            await self._services.conferences.save(altered(conference, change))
        if change.end:
            await self.end(account_id, conference_id)
        return await self._stored(account_id, conference_id)

    async def change_participant(
        self, account_id: str, conference_id: str, who: str, change: ParticipantChange
    ) -> Participant:
        """`who` is a participant's or a call's id. Raises NotFound."""
        room, member = self._member(account_id, conference_id, who)
        return await room.change_member(member, change)

    def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        """The call goes on with its flow. Raises NotFound."""
        room, member = self._member(account_id, conference_id, who)
        member.session.journal.note("conference_sent_out", conference=room.conference.id)
        member.sent_out.set()

    def _member(self, account_id: str, conference_id: str, who: str) -> tuple[Room, Member]:
        room = self._live(account_id, conference_id)
        member = room.member(who) if room is not None else None
        if room is None or member is None:
            raise NotFound("participant", who)
        return room, member

    def _live(self, account_id: str, conference_id: str) -> Room | None:
        for room in self._rooms.values():
            if (room.conference.account_id, room.conference.id) == (account_id, conference_id):
                return room
        return None

    async def _stored(self, account_id: str, conference_id: str) -> Conference:
        conference = await self._services.conferences.get(conference_id)
        if conference is None or conference.account_id != account_id:
            raise NotFound("conference", conference_id)
        return conference

    async def join(self, session: Session, plan: RoomPlan, waiting: Waiting | None) -> RoomOutcome:
        """Stay in the room until the leg, the room or the stay's limit ends."""
        room = await self._room(session.call.account_id, plan)
        refused = RoomOutcome(room.conference.id, joined=False, seconds=0)
        if room.conference.record and await self._permission.of(session) is None:
            session.journal.note("conference_refused", conference=room.conference.id, reason="no consent")
            return refused
        member = Member(session, plan, self._participant(room, session, plan), hears_music=waiting is None)
        if session.over.is_set() or not await room.enter(member):
            session.journal.note("conference_refused", conference=room.conference.id, reason="full, locked or over")
            return refused
        session.journal.note("conference_joined", conference=room.conference.id)
        came = self._services.clock.monotonic()
        entertained = Entertainment(session, self._services.speaker)
        try:
            async with entertained.with_(waiting, lambda: {"ConferenceSid": room.conference.id}, until=room.begun):
                await self._stay(member, room, entertained.left)
        finally:
            await asyncio.shield(room.leave(member))
            if room.over.is_set():
                self._forget(room)
        seconds = int(self._services.clock.monotonic() - came)
        session.journal.note("conference_left", conference=room.conference.id, seconds=seconds)
        url = self._services.recording_url(room.recording_id) if room.recording_id else None
        return RoomOutcome(room.conference.id, joined=True, seconds=seconds, recording_url=url)

    async def _stay(self, member: Member, room: Room, left: asyncio.Event) -> None:
        session, plan = member.session, member.plan
        ends = (session.over, room.over, left, member.sent_out)
        if not plan.leave_on_star:
            await first_of(*ends, timeout_s=plan.limit_s)
            return
        try:
            async with asyncio.timeout(plan.limit_s), asyncio.TaskGroup() as group:
                star = group.create_task(_pressed(session, _LEAVE_KEY))
                ended = group.create_task(first_of(*ends))
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
                    await stored(self._services.conferences.add(made))
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

    def _participant(self, room: Room, session: Session, plan: RoomPlan) -> Participant:
        return Participant(
            id=new_id(Kind.PARTICIPANT),
            conference_id=room.conference.id,
            call_id=session.call.id,
            joined_at=self._services.clock.now(),
            label=plan.label,
            muted=plan.muted,
            coach=plan.coach,
            end_on_exit=plan.end_on_exit,
        )


async def _pressed(session: Session, key: str) -> None:
    while await session.keys.next(None) != key:
        pass
