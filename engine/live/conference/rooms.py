"""All live conferences of a node, found by account and name."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import first_of, to_its_end
from engine.errors import NotFound, StoreError
from engine.flow.call_actions import Waiting
from engine.flow.plans import QueueEntry, RoomOutcome, RoomPlan
from engine.ids import IdKind, new_id
from engine.live.conference.admission import Admission, Admitted
from engine.live.conference.commands import obey
from engine.live.conference.from_other_nodes import obey_order, take_link
from engine.live.conference.member import Member
from engine.live.conference.new_conference import name_in_use, opened, order_of_plan
from engine.live.conference.room import Room
from engine.live.consent.service import ConsentService
from engine.live.orders import NewConference
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.live.session.session import Session
from engine.live.wait_music import WaitMusic
from engine.model.conference import Conference, Participant
from engine.model.consent import Purpose
from engine.model.room_link import RoomLink
from engine.ports import Cause, Leg
from engine.ports.nodes import NodeOrder
from engine.routing.regions import may_carry
from engine.webhooks.call_web import CallWeb

_LEAVE_KEY: Final = "*"

log = structlog.get_logger(__name__)


class Rooms:
    """All live rooms, by account and name."""

    def __init__(self, services: CallServices, permission: ConsentService) -> None:
        self._services = services
        self._permission = permission
        self._doorkeeper = Admission(services, permission)
        self._backlog = Backlog(services.clock)
        self._rooms: dict[tuple[str, str], Room] = {}
        self._callers: Counter[Room] = Counter()
        """How many are at each room's door or in it."""
        self._creating = asyncio.Lock()
        self._beside = BackgroundTasks("rooms")

    async def create(self, order: NewConference) -> Conference:
        """A conference that waits for its first participant. Raises StoreError, and WrongState for a name in use."""
        async with self._creating:
            if order.friendly_name:
                await self._require_free(order.account_id, order.friendly_name)
            conference = opened(order, self._services)
            stored = await self._services.stores.conferences.add(conference)
            if stored.id != conference.id:
                raise name_in_use(stored)
            return conference

    async def _require_free(self, account_id: str, name: str) -> None:
        """Callers find a room by its name: of two with the same, one would stay empty."""
        room = self._rooms.get((account_id, name))
        open_one = room.conference if room is not None and not room.over.is_set() else None
        found = open_one or await self._services.stores.conferences.by_name(account_id, name)
        if found is not None:
            raise name_in_use(found)

    @property
    def live_rooms(self) -> Collection[Room]:
        """The rooms with somebody in them."""
        return self._rooms.values()

    def live(self, account_id: str, conference_id: str) -> Room | None:
        """The room, if somebody is in it here."""
        for room in self._rooms.values():
            if (room.conference.account_id, room.conference.id) == (account_id, conference_id):
                return room
        return None

    async def stored(self, account_id: str, conference_id: str) -> Conference:
        """The conference, live or not. Raises NotFound."""
        conference = await self._services.stores.conferences.get(conference_id)
        if conference is None or conference.account_id != account_id:
            raise NotFound("conference", conference_id)
        return conference

    def member(self, account_id: str, conference_id: str, who: str) -> tuple[Room, Member]:
        """Find a member by a participant's or a call's id, with its room. Raises NotFound."""
        room = self.live(account_id, conference_id)
        member = room.member(who) if room is not None else None
        if room is None or member is None:
            raise NotFound("participant", who)
        return room, member

    async def join(self, session: Session, plan: RoomPlan, waiting: Waiting | None, web: CallWeb) -> RoomOutcome:
        """Stay in the room until the leg, the room or the stay's limit ends. Raises LegGone while at the door."""
        room = await self._room(session.call.account_id, plan)
        async with self._with_caller(room):
            await room.row.open()
            return await self._join(session, plan, waiting, web, room)

    async def take_link(self, leg: Leg, link: RoomLink) -> None:
        """Follow the link of a leaf to its end; it is refused where the conference is none of this node."""
        room = self._by_id(link.conference_id)
        if room is None:
            await self._hand_over(link)
            await leg.hang_up(Cause.UNAVAILABLE)
            return
        if not await self._are_in_the_region(room.conference, link.leaf):
            log.warning("room_not_linked", conference=link.conference_id, leaf=link.leaf, reason="another region")
            await leg.hang_up(Cause.NOT_IN_REGION)
            return
        async with self._with_caller(room):
            await take_link(room, leg, link.leaf)

    async def _are_in_the_region(self, conference: Conference, leaf: str) -> bool:
        """Whether this node and a leaf may both carry the conference: its account may have been given a region since.

        Where the database does not tell they are not linked: the leaf dials again.
        """
        nodes = self._services.nodes
        try:
            account = await self._services.stores.accounts.by_id(conference.account_id)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return False
        region = account.region if account is not None else ""
        theirs = nodes.region_of(leaf) if nodes is not None else ""
        return may_carry(self._services.region, region) and may_carry(theirs, region)

    async def obey(self, order: NodeOrder) -> NodeOrder:
        """Do what another node wants of a room of this one, if there is any of that conference."""
        if (room := self._by_id(order["conference"])) is not None:
            await obey_order(room, order)
        return {}

    async def close(self) -> None:
        """End what goes on in rooms with nobody in them here."""
        await self._beside.close()
        for room in tuple(self._rooms.values()):
            await room.close()

    @asynccontextmanager
    async def _with_caller(self, room: Room) -> AsyncIterator[None]:
        """Inside, somebody is at the room's door or in it, or a leaf is linked with it."""
        self._callers[room] += 1
        room.tree.begin()
        try:
            yield
        finally:
            self._callers[room] -= 1
            if not self._callers[room]:
                del self._callers[room]
                await to_its_end(self._vacated(room))

    async def _vacated(self, room: Room) -> None:
        """Where nobody came in, who comes later finds the conference in the database."""
        if await room.is_needed() and not self._callers[room]:
            self._beside.begin(self._forgotten_at_its_end(room))
        elif not self._callers[room]:
            self._drop(room)
            await room.close()

    async def _forgotten_at_its_end(self, room: Room) -> None:
        """Others are in it on other nodes, for which this one mixes."""
        await room.over.wait()
        self._forget(room)

    async def _hand_over(self, link: RoomLink) -> None:
        """Let the leaf be the root: nobody is in that conference on this node, or has been since it started."""
        try:
            await self._services.stores.conferences.claim(link.conference_id, self._services.node, link.leaf)
        except StoreError as error:
            log.error("store_failed", error=str(error))

    def _by_id(self, conference_id: str) -> Room | None:
        return next((room for room in self._rooms.values() if room.conference.id == conference_id), None)

    async def _join(
        self, session: Session, plan: RoomPlan, waiting: Waiting | None, web: CallWeb, room: Room
    ) -> RoomOutcome:
        admitted = room.closed_to_newcomers() or await self._doorkeeper.admit(
            session, plan, room.conference, lambda: [each.session for each in room.members], room.present
        )
        if isinstance(admitted, QueueEntry):
            return await self._refused(session, room, admitted)
        member = self._member(session, plan, web, room, admitted, hears_music=waiting is None)
        entry = QueueEntry.GONE if session.over.is_set() else await room.enter(member)
        if entry is not QueueEntry.ENTERED:
            if admitted.name is not None:
                await admitted.name.forget()
            return await self._refused(session, room, entry)
        session.journal.note_event("conference_joined", conference=room.conference.id)
        came = self._services.clock.monotonic()
        # For a recording the room asks all by itself; to other purposes somebody who is in it may consent at any time.
        others = [each for each in Purpose if each is not Purpose.RECORDING]
        told_no_more = (
            *(session.consenting.tell_withdrawal_to(each, partial(room.consent_withdrawn, each)) for each in Purpose),
            *(session.consenting.tell_consent_to(each, room.somebody_consents) for each in others),
            session.consenting.tell_newcomer_to(partial(room.another_person, member)),
        )
        try:
            await self._entertained(member, room, waiting)
        finally:
            for forget in told_no_more:
                forget()
            await to_its_end(room.leave(member))
            if room.over.is_set():
                self._forget(room)
        seconds = int(self._services.clock.monotonic() - came)
        session.journal.note_event("conference_left", conference=room.conference.id, seconds=seconds)
        recorded = room.recording.recorded_id
        url = self._services.recording_url(recorded) if recorded else None
        return RoomOutcome(room.conference.id, QueueEntry.ENTERED, seconds, url)

    async def _refused(self, session: Session, room: Room, entry: QueueEntry) -> RoomOutcome:
        await self._doorkeeper.refuse(session, room.conference, entry)
        return RoomOutcome(room.conference.id, entry)

    async def _entertained(self, member: Member, room: Room, waiting: Waiting | None) -> None:
        """Until the room is alive, who waits hears what its flow has for that."""
        entertained = WaitMusic(member.session, self._services.speaker)

        async def params() -> Mapping[str, str]:
            return {"ConferenceSid": room.conference.id}

        async with entertained.with_(waiting, params, until=room.begun):
            await self._stay(member, room, entertained.left)

    async def _stay(self, member: Member, room: Room, left: Signal) -> None:
        session, plan = member.session, member.plan
        session.keys.forget()
        if plan.leave_on_star:
            member.beside.begin(_leaves_on_star(member))
        elif room.conference.options.key_commands:
            member.beside.begin(obey(member, room, self._services.clock))
        ends = (session.over, room.over, left, member.sent_out, member.has_left)
        if not await first_of(*ends, timeout_s=plan.limit_s):
            session.journal.note_event("conference_time_limit", seconds=plan.limit_s)

    async def _room(self, account_id: str, plan: RoomPlan) -> Room:
        key = (account_id, plan.name)
        room = self._rooms.get(key)
        if room is None or room.over.is_set():
            conference = await self._find(account_id, plan.name)
            made = conference or opened(order_of_plan(account_id, plan), self._services)
            # Another leg may have made the room while we asked the database.
            room = self._rooms.get(key)
            if room is None or room.over.is_set():
                new = conference is None
                room = self._rooms[key] = Room(made, self._services, self._permission, self._backlog, new=new)
        return room

    async def _find(self, account_id: str, name: str) -> Conference | None:
        try:
            return await self._services.stores.conferences.by_name(account_id, name)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return None

    def _forget(self, room: Room) -> None:
        self._doorkeeper.forget(room.conference)
        self._drop(room)

    def _drop(self, room: Room) -> None:
        for key, known in tuple(self._rooms.items()):
            if known is room:
                del self._rooms[key]

    def _member(
        self, session: Session, plan: RoomPlan, web: CallWeb, room: Room, admitted: Admitted, *, hears_music: bool
    ) -> Member:
        participant = Participant(
            id=new_id(IdKind.PARTICIPANT),
            conference_id=room.conference.id,
            call_id=session.call.id,
            joined_at=self._services.clock.now(),
            label=plan.label,
            muted=plan.muted,
            coach=plan.coach,
            end_on_exit=plan.end_on_exit,
            moderator=admitted.moderator,
            consents=session.consent is not None,
        )
        return Member(session, plan, participant, web, hears_music, admitted.name)


async def _leaves_on_star(member: Member) -> None:
    while await member.session.keys.next(None) != _LEAVE_KEY:
        pass
    member.has_left.set()
