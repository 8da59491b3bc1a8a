"""The engine's front desk: places, takes, finds and ends calls and conferences."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from engine.call import Attempt, Call, Direction, Event, Status
from engine.conference import Conference
from engine.errors import NotFound, StoreError, WrongState
from engine.ids import Kind, new_id
from engine.live.conduct import Conductor
from engine.live.dialling import Dialling
from engine.live.journal import Journal
from engine.live.permission import Permission
from engine.live.rooms import Rooms
from engine.live.services import Services
from engine.live.session import Conduct, Session
from engine.live.stage import LiveStage
from engine.numbers import Number, from_carrier
from engine.orders import NewCall, NewConference
from engine.ports import Arrival, Cause, DialRequest, Leg
from engine.recording import RecordingStatus
from engine.tasks import first_of
from engine.web.request import BodyFormat

INBOUND_RING_S: Final = 120
_CLOSE_S: Final = 10.0
_END_S: Final = 5.0

log = structlog.get_logger(__name__)


class Switchboard:
    """Implements api.desk.FrontDesk; owns every session of this node while `open`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[str, Session] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._permission = Permission(services.consent, services.speaker)
        self._dialling = Dialling(services, self._permission, self._start_child)
        self._rooms = Rooms(services, self._permission)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take and place calls; on the way out every live call is hung up and stored."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                yield
            finally:
                self._tasks = None
                await self._close_all()

    async def place(self, order: NewCall) -> Call:
        """Store the call, then send its INVITE. Raises StoreError, in which case nothing was sent."""
        number = await self._services.numbers.get(order.from_)
        url = order.url
        if url is None and order.flow is None:
            url = number.url if number else None
        call = Call(
            id=new_id(Kind.CALL),
            account_id=order.account_id,
            direction=Direction.OUTBOUND,
            from_=order.from_,
            to=order.to,
            status=Status.QUEUED,
            start_time=self._services.clock.now(),
            node=self._services.node,
            url=url,
            flow=order.flow,
            status_callback=order.status_callback,
            timeout_s=order.timeout_s,
            record=order.record,
            language=order.language,
        )
        methods = _methods(number) if order.url is None else {}
        await self._start(call, partial(self._conduct, number=number, methods=methods))
        return call

    async def end(self, account_id: str, call_id: str) -> None:
        """Cancel or hang up; an ended call stays as it is. Raises NotFound."""
        session = self._sessions.get(call_id)
        if session is None:
            call = await self._services.ledger.calls.get(call_id)
            if call is None or call.account_id != account_id:
                raise NotFound("call", call_id)
            return
        if session.call.account_id != account_id:
            raise NotFound("call", call_id)
        session.journal.note("end_requested", by="REST API")
        await session.hang_up()
        await first_of(session.closed, timeout_s=_END_S)

    def arrive(self, leg: Leg, arrival: Arrival) -> None:
        """An INVITE came in."""
        self._spawn(self._take(leg, arrival))

    async def create_conference(self, order: NewConference) -> Conference:
        """A conference to join by name. Raises StoreError."""
        return await self._rooms.create(order)

    async def end_conference(self, account_id: str, conference_id: str) -> None:
        """End a conference for all. Raises NotFound."""
        await self._rooms.end(account_id, conference_id)

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        """Delete a recording, file first, so that a failure never leaves a file without its row. Raises NotFound."""
        row = await self._services.recordings.get(recording_id)
        if row is None or row.account_id != account_id:
            raise NotFound("recording", recording_id)
        if row.status is RecordingStatus.IN_PROGRESS:
            raise WrongState(f"{recording_id} is still being recorded; end its call or conference first.")
        await asyncio.to_thread(Path(row.path).unlink, missing_ok=True)
        await self._services.recordings.delete(recording_id)

    @property
    def live_calls(self) -> int:
        return len(self._sessions)

    async def _take(self, leg: Leg, arrival: Arrival) -> None:
        try:
            number = await self._called(arrival)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            await leg.hang_up(Cause.UNAVAILABLE)
            return
        if number is None:
            log.warning("inbound_refused", number=arrival.called, source=arrival.source, rule="no such number")
            await leg.hang_up(Cause.NOT_FOUND)
            return
        journal = Journal(self._inbound(number, arrival), self._services.ledger)
        try:
            await journal.open()
        except StoreError as error:
            log.error("store_failed", error=str(error))
            await leg.hang_up(Cause.UNAVAILABLE)
            return
        session = Session(journal, longest_s=self._services.longest_call_s)
        conduct = partial(self._conduct, number=number, methods=_methods(number))
        await self._live(session, session.take(leg, conduct))

    async def _called(self, arrival: Arrival) -> Number | None:
        for called in (arrival.called, arrival.addressed):
            number = await self._services.numbers.get(from_carrier(called))
            if number is not None:
                return number
        return None

    def _inbound(self, number: Number, arrival: Arrival) -> Call:
        return Call(
            id=new_id(Kind.CALL),
            account_id=number.account_id,
            direction=Direction.INBOUND,
            from_=from_carrier(arrival.caller),
            to=number.e164,
            status=Status.QUEUED,
            start_time=self._services.clock.now(),
            node=self._services.node,
            url=number.url,
            fallback_url=number.fallback_url,
            timeout_s=INBOUND_RING_S,
            record=number.record,
            language=number.language,
        )

    async def _conduct(self, session: Session, *, number: Number | None, methods: Mapping[str, str]) -> None:
        web = self._services.web.for_call(
            session.call.account_id,
            session.call.id,
            format=number.webhook_format if number else BodyFormat.FORM,
            event=session.journal.note,
        )
        stage = LiveStage(session, self._services, self._permission, self._dialling, self._rooms, web)
        await Conductor(session, stage, web, methods).run()

    async def _start_child(self, call: Call) -> Session:
        return await self._start(call, None)

    async def _start(self, call: Call, conduct: Conduct | None) -> Session:
        """Store the call and set its INVITE going. Raises StoreError, and nothing was sent then."""
        journal = Journal(call, self._services.ledger)
        await journal.open()
        session = Session(journal, longest_s=self._services.longest_call_s)
        request = DialRequest(target=call.to, caller=call.from_, call_id=call.id)
        self._sessions[call.id] = session
        self._spawn(self._live(session, session.place(self._services.dialer, request, conduct)))
        return session

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            work.close()
            raise WrongState("Telefoon is stopping and takes no more calls.")
        self._tasks.create_task(work)

    async def _live(self, session: Session, work: Coroutine[Any, Any, None]) -> None:
        """Run a session to its end. Whatever breaks in it stays in it: other calls go on."""
        structlog.contextvars.bind_contextvars(call_id=session.call.id)
        self._sessions[session.call.id] = session
        try:
            await work
        except Exception:
            log.exception("session_failed")
            await self._abandon(session)
        finally:
            session.over.set()
            session.closed.set()
            self._sessions.pop(session.call.id, None)

    async def _abandon(self, session: Session) -> None:
        await session.hang_up(Cause.FAULT)
        async with session.journal.writing():
            if not session.call.ended:
                session.journal.tried(
                    Attempt(self._services.node, session.call.to, "A fault in Telefoon; see the log.")
                )
                session.journal.happened(Event.BROKE)

    async def _close_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for session in tuple(self._sessions.values()):
                group.create_task(session.hang_up(Cause.UNAVAILABLE))
        ended = [session.closed for session in tuple(self._sessions.values())]
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                for each in ended:
                    await each.wait()


def _methods(number: Number | None) -> dict[str, str]:
    """With which method the first request of each of the number's URLs is made."""
    if number is None:
        return {}
    urls = ((number.fallback_url, number.fallback_method), (number.url, number.method))
    return {url: method for url, method in urls if url}
