"""The switchboard of a node: places, takes, finds and ends calls, conferences, queues."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog

from engine.aio.waits import first_of
from engine.errors import NotFound, WrongState
from engine.flow.execution_context import Ending
from engine.flow.interpreter import Start
from engine.flow.keys import press
from engine.flow.next_step import GoTo
from engine.flow.program_plans import StreamOrder
from engine.live.agents.service import LiveAgents
from engine.live.bridging.bridge import CallBridge
from engine.live.bridging.dialling import Dialling
from engine.live.calls.actions import LiveStage
from engine.live.calls.control import CallControl
from engine.live.calls.draining import Draining
from engine.live.calls.flow_manner import FlowManner
from engine.live.calls.flow_runner import FlowRunner
from engine.live.calls.node_streams import NodeStreams, StreamControl
from engine.live.calls.programs import CallPrograms, MakePrograms, own_programs
from engine.live.calls.registry import Sessions
from engine.live.calls.replacement import CallReplacement
from engine.live.calls.shared import SharedServices
from engine.live.conference.control import ConferenceControl
from engine.live.conference.rooms import Rooms
from engine.live.consent.processor import Processor
from engine.live.consent.service import ConsentService
from engine.live.disclosure.gate import DisclosureGate
from engine.live.inbound import InboundCalls
from engine.live.orders import CallChange, NewCall
from engine.live.placing import CallPlacing
from engine.live.queues.named_queues import NamedQueues
from engine.live.queues.queues import LiveQueues
from engine.live.queues.talks import QueueTalks
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.call import Call, Direction
from engine.model.callback import BodyFormat
from engine.model.consent import Purpose
from engine.model.numbers import Number
from engine.model.queue import Queue
from engine.model.recording import UNFINISHED, RecordingStatus, erased
from engine.model.stream import MediaStream
from engine.ports import DialRefused, DialRequest, InboundCall, Leg
from engine.ports.nodes import NodeOrder
from engine.recordings.recording_files import file_deleted

_END_S: Final = 5.0

log = structlog.get_logger(__name__)


class Switchboard:
    """Takes, places, finds and ends the calls of a node.

    Implements api.http.engine_ports.CallService; its `conferences` implement ConferenceService there."""

    def __init__(self, services: CallServices, programs: MakePrograms = own_programs) -> None:
        self._services = services
        self._sessions = Sessions(services)
        services.admission.count_calls_by(lambda: self._sessions.count)
        processors: dict[Purpose, Processor] = {
            Purpose.RECORDING: services.recorder,
            Purpose.STREAMING: services.streams,
        }
        permission = ConsentService(services.consent, services.speaker, processors, services.clock)
        gate = DisclosureGate(services.disclosure, services.speaker, services.clock)
        talk = CallBridge(services, permission)
        dialling = Dialling(services, talk, self._start_child, self._press, self._perform)
        rooms = Rooms(services, permission)
        self.conferences = ConferenceControl(services, rooms, permission)
        self._named_queues = NamedQueues(services.stores.queues, services.clock.now)
        elsewhere = QueueTalks(services, rooms.join, self._perform)
        self._queues = LiveQueues(services, self._named_queues, talk, self._perform, elsewhere)
        streams = NodeStreams(services, permission, gate)
        self.agents = LiveAgents(services, permission, gate)
        reached = programs(services, CallPrograms(streams, self.agents))
        self._shared = SharedServices(permission, dialling, rooms, self._queues, reached)
        self.draining = Draining(services, self._sessions)
        self._placing = CallPlacing(services, self._sessions, self._flow_runner, self.conferences.let_hear_ringing)
        self._pacing = self._placing.pacing
        self._control = CallControl(services, self._sessions, self._shared)
        self._streams = StreamControl(self._sessions, streams)
        replacement = CallReplacement(services, self._sessions, permission, gate, streams)
        self._inbound = InboundCalls(services, self._sessions, replacement, self._flow_runner)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take and place calls; on the way out every live call is hung up and stored."""
        async with self._sessions.open(), self._pacing.running():
            yield
        await self.conferences.close()

    async def place(self, order: NewCall) -> Call:
        """Store the call, then send its INVITE.

        A call to an emergency number that a trunk is marked for passes every limit. That of an account with a pace
        waits for its turn. Raises StoreError, Overloaded, TrunksFull, QueueFull, InvalidField, PolicyRefused,
        BalanceTooLow; nothing was sent then.
        """
        return await self._placing.place(order)

    async def end(self, account_id: str, call_id: str) -> None:
        """Cancel or hang up; an ended call stays as it is. Raises NotFound."""
        if not self._sessions.is_here(call_id) and await self._pacing.cancel(account_id, call_id):
            return
        session = await self._sessions.find(account_id, call_id)
        if session is not None:
            session.journal.note_event("end_requested", by="REST API")
            await session.hang_up()
            await first_of(session.closed, timeout_s=_END_S)

    async def settle(self, call_id: str) -> None:
        """Store what has happened on a live call, so that it can be read; returns soon where the database fails."""
        await self._sessions.settle(call_id)

    async def change(self, account_id: str, call_id: str, change: CallChange) -> Call:
        """Do something with a live call, or end one that waits for its turn to be placed.

        Raises NotFound, WrongState, and what the change needs and is not there.
        """
        may_wait = change.end is not None and not self._sessions.is_here(call_id)
        if may_wait and await self._pacing.cancel(account_id, call_id):
            cancelled = await self._services.stores.calls.get(call_id)
            if cancelled is not None:
                return cancelled
        return await self._control.change(account_id, call_id, change)

    async def start_stream(self, account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
        """Have a program hear a live call. Raises NotFound, WrongState."""
        return await self._streams.start(account_id, call_id, order)

    async def stop_stream(self, account_id: str, call_id: str, id_or_name: str) -> MediaStream:
        """The stream after its end. Raises NotFound, WrongState."""
        return await self._streams.stop(account_id, call_id, id_or_name)

    def arrive(self, leg: Leg, arrival: InboundCall) -> None:
        """An INVITE came in, and was admitted."""
        if arrival.link is not None:
            self._sessions.spawn(self._shared.rooms.take_link(leg, arrival.link))
            return
        self._sessions.spawn(self._inbound.take(leg, arrival, self._services.admission.begin()))

    def again_after_s(self) -> int | None:
        """After how many seconds another call may come in, None if one may now; on any thread."""
        refusal = self._services.admission.refusal(Direction.INBOUND)
        return None if refusal is None else refusal.again_after_s

    def note_refused(self, refused: DialRefused) -> None:
        """An INVITE was refused before it became a leg; whose number it called finds it among the calls."""
        self._sessions.spawn(self._inbound.keep_refused(refused))

    async def take_from_queue(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Call:
        """Give who waits first, or the one named, another flow. Raises NotFound, WrongState."""
        session = await self._named_queues.take(account_id, queue_id, call_id, start)
        return session.call

    async def rename_queue(self, account_id: str, queue_id: str, name: str) -> Queue:
        """Calls wait in it by its next name. Raises NotFound, WrongState."""
        return await self._named_queues.rename(account_id, queue_id, name)

    async def follow_queues(self) -> None:
        """Find calls that wait by the names that their queues have now, whichever node gave them. Raises StoreError."""
        await self._named_queues.follow_names()

    async def remove_queue(self, account_id: str, queue_id: str) -> None:
        """Delete it with its figures. Raises NotFound, and WrongState while somebody waits."""
        await self._named_queues.remove(account_id, queue_id)

    async def obey(self, order: NodeOrder) -> NodeOrder:
        """Do what another node wants of a queue or a conference."""
        if order["do"] == "serve":
            return await self._queues.give(order)
        return await self.conferences.obey(order)

    def carries(self, call_id: str) -> bool:
        """Whether this node carries a call now."""
        return self._sessions.is_here(call_id)

    async def place_in_line(self, call: Call) -> int | None:
        """Position from 1 of a call that waits for its turn to be placed, over all nodes; None for any other."""
        return await self._pacing.position(call)

    def place_in_queue(self, call_id: str) -> tuple[int, float | None] | None:
        """Position from 1 and the estimated wait in seconds of a call that waits on this node."""
        return self._named_queues.position(call_id)

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        """Delete what was recorded, file first, then its key; what it cost stays. Raises NotFound, WrongState.

        A file on another node's disk is that one's to delete. Safe to repeat, also where it failed half way
        (RecordingError, StoreError).
        """
        row = await self._services.stores.recordings.get(recording_id)
        if row is None or row.account_id != account_id:
            raise NotFound("recording", recording_id)
        if row.status in UNFINISHED:
            raise WrongState(f"{recording_id} is still being recorded; end its call or conference first.")
        if row.status is not RecordingStatus.DELETED:
            services = self._services
            theirs = await file_deleted(row, services.recording_storage, services.node, services.clock.now())
            await services.stores.recordings.save(erased(row), theirs)

    @property
    def live_calls(self) -> int:
        return self._sessions.count

    def oldest_unstored_s(self) -> float:
        """How long the oldest change of a live call has waited for the database."""
        return self._sessions.oldest_unstored_s()

    def _flow_runner(
        self,
        session: Session,
        *,
        number: Number | None,
        told: Mapping[str, str] | None = None,
        manner: FlowManner | None = None,
    ) -> FlowRunner:
        web = self._services.web.for_call(
            session.call.account_id,
            session.call.id,
            format=number.webhook_format if number else BodyFormat.FORM,
            event=session.note_event,
            manner=manner or FlowManner(self._services, session.call),
        )
        stage = LiveStage(session, self._services, self._shared, web)
        return FlowRunner(session, stage, web, self._services.clock, told)

    async def _start_child(self, call: Call, request: DialRequest) -> Session:
        return await self._sessions.place(call, request, partial(self._flow_runner, number=None), _stand_by)

    async def _press(self, session: Session, keys: str) -> None:
        await press(self._sessions.flow_runner(session).stage, keys)

    async def _perform(self, session: Session, to: GoTo) -> Ending:
        return await self._sessions.flow_runner(session).perform_part(to)


async def _stand_by(runner: FlowRunner) -> None:
    await runner.stand_by()
