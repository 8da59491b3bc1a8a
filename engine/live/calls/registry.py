"""All live sessions of a node: each in a task of its own, found by id, closed when the node stops."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

import structlog

from engine.aio.first_done import first_done
from engine.errors import NotFound, WrongState
from engine.live.admission.policies import AllowedCall
from engine.live.calls.flow_runner import FlowRunner
from engine.live.services import CallServices
from engine.live.session.call_of_leg import CallOfLeg
from engine.live.session.dial_claim import DialClaim
from engine.live.session.journal import Journal
from engine.live.session.session import Session, nothing
from engine.model.balance import Draw
from engine.model.call import Attempt, Call, Event
from engine.model.stir import CallerProof
from engine.ports import Cause, DialRequest, Leg, LegId
from engine.store.connections import in_turn

_CLOSE_S: Final = 10.0
_SETTLE_S: Final = 1.0

log = structlog.get_logger(__name__)

RunFlow = Callable[[FlowRunner], Awaitable[None]]
"""What is done with a call while it lives."""
MakeFlowRunner = Callable[[Session], FlowRunner]


class Sessions:
    """Starts, finds and ends them."""

    def __init__(self, services: CallServices) -> None:
        self._services = services
        self._sessions: dict[str, Session] = {}
        self._flow_runners: dict[str, FlowRunner] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

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

    @property
    def count(self) -> int:
        return len(self._sessions)

    def is_here(self, call_id: str) -> bool:
        """Whether this node carries the call now."""
        return call_id in self._sessions

    def answered(self) -> Sequence[Session]:
        """The sessions with somebody on the line now."""
        return [each for each in self._sessions.values() if each.answered.is_set() and not each.over.is_set()]

    def oldest_unstored_s(self) -> float:
        """How long the oldest change of a call has waited for the database."""
        return max((each.journal.oldest_unstored_s for each in self._sessions.values()), default=0.0)

    async def all_ended(self) -> None:
        """Wait until no call lives, and none is on its way to be one."""
        while self._running:
            await first_done(next(iter(self._running)))

    def flow_runner(self, session: Session) -> FlowRunner:
        """The flow runner of a live session. Raises WrongState if it is over."""
        found = self._flow_runners.get(session.call.id)
        if found is None:
            raise WrongState(f"{session.call.id} is {session.call.status}.")
        return found

    async def find(self, account_id: str, call_id: str) -> Session | None:
        """The account's live session; None if the call has ended. Raises NotFound, StoreError."""
        session = self._sessions.get(call_id)
        if session is None:
            call = await self._services.ledger.calls.get(call_id)
            if call is None or call.account_id != account_id:
                raise NotFound("call", call_id)
            return None
        if session.call.account_id != account_id:
            raise NotFound("call", call_id)
        return session

    async def settle(self, call_id: str) -> None:
        """Have what happened on a live call stored now; given up after _SETTLE_S."""
        session = self._sessions.get(call_id)
        if session is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SETTLE_S):
                    await session.journal.stored()

    async def live(self, account_id: str, call_id: str) -> Session:
        """The account's live session. Raises NotFound, StoreError, and WrongState with the call's state."""
        session = await self.find(account_id, call_id)
        if session is None or session.over.is_set():
            call = session.call if session else await self._services.ledger.calls.get(call_id)
            raise WrongState(f"{call_id} is {call.status if call else 'gone'}; only a live call can be changed.")
        return session

    async def place(
        self,
        call: Call,
        request: DialRequest,
        make: MakeFlowRunner,
        run_flow: RunFlow,
        when_sent: Callable[[], None] = nothing,
        claim: DialClaim | None = None,
    ) -> Session:
        """Store the call and set its INVITE going.

        Raises StoreError, PolicyRefused, BalanceTooLow; nothing was sent then. `when_sent` follows its INVITE, or its
        failure. A `claim` has another node place it where this one dies first; of a call that has waited, which is
        stored already, it raises NoLongerQueued where that waits no more.
        """
        admitted = await self._services.policies.admit(call, request, self._services.longest_call_s)
        journal, draw = await self._opened(call, admitted, paid=not request.emergency, claim=claim)
        session = self._session(journal, CallerProof(request.attestation, request.identity), admitted, draw)
        request = replace(request, destinations=admitted.destinations)
        conduct = self._conduct(session, make, run_flow)
        self._sessions[call.id] = session
        self.spawn(self._live(session, session.place(self._services.dialer, request, conduct, when_sent, claim)))
        return session

    async def take(
        self,
        call: Call,
        leg: Leg,
        proof: CallerProof,
        make: MakeFlowRunner,
        run_flow: RunFlow,
        when_ringing: Callable[[], None] = nothing,
    ) -> None:
        """Follow an inbound leg to its end.

        Raises StoreError, PolicyRefused, BalanceTooLow before anything has happened.
        """
        admitted = await self._services.policies.admit_inbound(call, self._services.longest_call_s)
        journal, draw = await self._opened(call, admitted)
        session = self._session(journal, proof, admitted, draw)
        await self._live(session, session.take(leg, self._conduct(session, make, run_flow), when_ringing))

    def of_leg(self, leg: LegId) -> Session | None:
        """The session with this leg, if it has not ended."""
        legs = (each for each in self._sessions.values() if each.has_leg and each.leg.id == leg)
        return next((each for each in legs if not each.over.is_set()), None)

    def exchange(self, one: Session, other: Session) -> None:
        """Each goes on as the other's call, and is found by its id."""
        runners = {each.call.id: self._flow_runners[each.call.id] for each in (one, other)}
        self._sessions |= {one.call.id: other, other.call.id: one}
        self._flow_runners |= {one.call.id: runners[other.call.id], other.call.id: runners[one.call.id]}
        here, there = one.call_of_leg, other.call_of_leg
        one.goes_on_as(there)
        other.goes_on_as(here)
        for session in (one, other):
            self._flow_runners[session.call.id].goes_on_as(session.call.id)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work beside. Raises WrongState when the node is stopping."""
        if self._tasks is None:
            work.close()
            raise WrongState("Telefoon is stopping and takes no more calls.")
        task = self._tasks.create_task(_alone(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _opened(
        self, call: Call, admitted: AllowedCall, *, paid: bool = True, claim: DialClaim | None = None
    ) -> tuple[Journal, Draw | None]:
        """The journal of a call that was let begin, which is stored, and what is drawn of a prepaid balance.

        What the call needs of that balance is reserved in the same transaction, and then it is counted: the lock of
        what is counted is held shortest so. Raises StoreError, BalanceTooLow, PolicyRefused.
        """
        journal = Journal(call, self._services.ledger)
        credit = self._services.credit
        reserving = credit.reserving(call) if paid else None
        job = in_turn(claim.beginning() if claim else None, reserving, admitted.counting)
        try:
            draw = await (journal.resume(job) if claim is not None and claim.waited else journal.open(job))
        except BaseException as error:
            self._services.policies.not_begun(call, error)
            raise
        if claim is not None:
            claim.begun()
        if draw is not None:
            journal.settle_with(credit.settlement)
        return journal, draw

    def _session(self, journal: Journal, proof: CallerProof, admitted: AllowedCall, draw: Draw | None) -> Session:
        if admitted.alarm is not None:
            journal.note_policy_alarm(admitted.alarm)
        drawing = partial(self._services.credit.keep, draw=draw) if draw is not None else None
        return Session(CallOfLeg(journal, proof, admitted.allowance, drawing), self._services.clock)

    def _conduct(
        self, session: Session, make: MakeFlowRunner, run_flow: RunFlow
    ) -> Callable[[Session], Awaitable[None]]:
        runner = self._flow_runners[session.call.id] = make(session)

        async def conduct(_: Session) -> None:
            await session.draw()
            await run_flow(runner)

        return conduct

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
            self._services.policies.ended(session.call.id)
            self._sessions.pop(session.call.id, None)
            self._flow_runners.pop(session.call.id, None)

    async def _abandon(self, session: Session) -> None:
        await session.hang_up(Cause.FAULT)
        async with session.journal.writing():
            if not session.call.ended:
                session.journal.tried(
                    Attempt(self._services.node, session.call.to, "A fault in Telefoon; see the log.")
                )
                session.journal.happened(Event.BROKE)

    async def _cut_off(self, session: Session) -> None:
        if not session.over.is_set():
            session.journal.note_event("node_stopped")
            said = "Telefoon was stopped while this call went on."
            session.journal.tried(Attempt(self._services.node, session.call.to, said))
        await session.hang_up(Cause.STOPPING)

    async def _close_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for session in tuple(self._sessions.values()):
                group.create_task(self._cut_off(session))
        ended = [session.closed for session in tuple(self._sessions.values())]
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                for each in ended:
                    await each.wait()
        # What is not stored by now waits for a database that may fail for hours; the next start closes it.
        for task in tuple(self._running):
            task.cancel()


async def _alone(work: Coroutine[Any, Any, None]) -> None:
    """A surprise with one call, before it has a session that would take it, ends none of the others."""
    try:
        await work
    except Exception:
        log.exception("call_failed_at_the_door")
