"""One live call: its leg, its keys, its time limits, from the first INVITE until the row says how it ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

import structlog

from engine.aio.first_done import first_done
from engine.aio.tasks import BackgroundTasks, OnFailure, stopped
from engine.aio.waits import Occurrence, until
from engine.errors import LegGone, NoLongerQueued, SipError, StoreError
from engine.live.session.call_of_leg import CallOfLeg, CurrentCall
from engine.live.session.dial_claim import DialClaim
from engine.live.session.dtmf import Keys
from engine.live.session.flow_handover import FlowHandover
from engine.live.session.journal import Journal
from engine.live.session.leg_consent import LegConsent
from engine.live.session.leg_hold import LegHold
from engine.live.session.progress import CallProgress
from engine.live.session.time_limit import end_in_time
from engine.model.call import Attempt, Call, Direction, Event
from engine.model.call_policy import PolicyRefusal
from engine.model.consent import Purpose, ToRecording
from engine.model.stir import CallerProof
from engine.ports import Cause, Clock, Dialer, DialRequest, Leg, MediaLost

AFTERMATH_S: Final = 60.0
"""How long a flow may still report (Record's and Dial's action) after the far end has hung up."""

T = TypeVar("T")
Conduct = Callable[["Session"], Awaitable[None]]


def nothing() -> None:
    """What follows where nothing does."""


log = structlog.get_logger(__name__)


class Session:
    """Follows one leg and keeps the call's journal; `conduct` is what the call does while it lives.

    Another call may take its place (Replaces, RFC 3891): then the session goes on as that one.
    """

    def __init__(self, of: CallOfLeg, clock: Clock) -> None:
        self._is = CurrentCall(of)
        self._progress = CallProgress(self._is, Keys(clock.monotonic))
        self.keys = self._progress.keys
        self.consenting = LegConsent(self.call.id)
        """May it be recorded?"""
        self.disclosing = self._progress.disclosing
        self.hold = LegHold()
        self.beside = BackgroundTasks("session", call_id=self.call.id, on_failure=self.background_failed)
        """What goes on for as long as the leg lives."""
        self._drawing = BackgroundTasks("balance", call_id=self.call.id, on_failure=self.background_failed)
        self.early_media = self._progress.early_media
        self.answer_headers = self._progress.answer_headers
        self.answered = self._progress.answered
        self.over = Occurrence()
        self.closed = Occurrence()
        self.handover = FlowHandover(self.call.id, self.note_event)
        """Who runs its flow?"""
        self.asked_to_refer = self._progress.asked_to_refer
        self.refer_answers = self._progress.refer_answers
        self._peer: Session | None = None
        self._spoken_in: str | None = None
        """The language in which it was last spoken to, by its flow."""
        self._clock = clock
        self._became = Occurrence()
        """Set when it goes on as another call."""
        self._leg: Leg | None = None

    @property
    def journal(self) -> Journal:
        return self._is.of.journal

    @property
    def proof(self) -> CallerProof:
        return self._is.of.proof

    @property
    def call(self) -> Call:
        return self.journal.call

    @property
    def language(self) -> str:
        """The language in which the call is spoken to: as its flow last did, else as the call or its number says."""
        return self._spoken_in or self.call.language

    @property
    def peer(self) -> "Session | None":
        """Whom it talks to."""
        return self._peer

    @property
    def has_leg(self) -> bool:
        return self._leg is not None

    @property
    def leg(self) -> Leg:
        """The live leg. Raises LegGone before there is one."""
        if self._leg is None:
            raise LegGone(f"{self.call.id} has no leg yet")
        return self._leg

    @property
    def is_ending(self) -> bool:
        """Whether it was hung up by us."""
        return self._progress.ending is not None

    @property
    def consent(self) -> ToRecording | None:
        """The consent by which the call may be recorded; None as long as it may not."""
        return self.consenting.given(Purpose.RECORDING)

    @property
    def has_answered_consent(self) -> bool:
        """Whether it is known if it may be recorded."""
        return self.consenting.is_known(Purpose.RECORDING)

    @property
    def note_event(self) -> Callable[..., None]:
        """Adds to the events of the call that it is by then."""
        return self._is.note_event

    @property
    def background_failed(self) -> OnFailure:
        """Tells in the events of the call that it is by then that something beside it has failed."""
        return self._is.background_failed

    @property
    def call_of_leg(self) -> CallOfLeg:
        """The call that it is now."""
        return self._is.of

    def goes_on_as(self, of: CallOfLeg) -> None:
        """Be another call from now on, whose far end the leg has; what the session does goes on."""
        self._is.become(of)
        self._progress.begin_anew()
        became, self._became = self._became, Occurrence()
        became.set()

    async def draw(self) -> None:
        """Draw what the call that it is now costs, and for none that it was."""
        await self._drawing.close()
        if self._is.of.draw is not None:
            self._drawing.begin(self._is.of.draw(self))

    def talks_with(self, peer: "Session | None") -> None:
        """Note that the call was joined to another, or has parted from it."""
        self._peer = peer

    def spoken_to_in(self, language: str) -> None:
        """Its flow speaks this language."""
        self._spoken_in = language

    async def place(
        self, dialer: Dialer, request: DialRequest, conduct: Conduct, when_sent: Callable[[], None] = nothing,
        claim: DialClaim | None = None,
    ) -> None:  # fmt: skip
        """Send INVITE and follow the call to its end; one whose `claim` another node has taken over is that one's."""
        async with self._writing():
            if request.emergency:
                log.warning("emergency_call", number=request.target)
                self.journal.note_event("emergency_call", number=request.target, carried=True)
            if request.hides_caller:
                self.journal.note_event("caller_hidden")
            leg = await self._dialled(dialer, request, claim)
            when_sent()
            if leg is not None:
                self.journal.note_event("invite_sent", target=request.target, via=leg.via)
                await self._follow(leg, conduct)
            self.over.set()
        self.closed.set()

    async def take(self, leg: Leg, conduct: Conduct, when_ringing: Callable[[], None] = nothing) -> None:
        """Let an inbound leg ring and follow it to its end."""
        async with self._writing():
            with suppress(LegGone):  # the caller may have given up already: its end is told by the events
                await leg.ring()
            when_ringing()
            self.journal.happened(Event.ALERTED)
            await self._follow(leg, conduct)
        self.closed.set()

    async def hang_up(self, cause: Cause = Cause.NORMAL, *, outcome: Event = Event.HUNG_UP) -> None:
        """End the leg; `outcome` is what that means if it was not answered yet. Safe to repeat."""
        self._progress.end_as(outcome)
        if self._leg is not None and not self.over.is_set():
            try:
                await self._leg.hang_up(cause)
            except SipError as error:
                log.warning("hang_up_failed", error=str(error))

    async def until_over(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work, but stop it and raise LegGone as soon as the far end is gone."""
        if self.over.is_set():
            work.close()
            raise LegGone(f"{self.call.id} is over")
        async with until(self.over, work) as working:
            if not working.done():
                raise LegGone(f"{self.call.id} is over")
            return working.result()

    async def _dialled(self, dialer: Dialer, request: DialRequest, claim: DialClaim | None) -> Leg | None:
        """Send INVITE; None where none was sent: the call has ended then, or is another node's."""
        if claim is not None:
            request = claim.guarding(request, self._progress.is_wanted)
        try:
            if self._progress.is_wanted():
                return await dialer.dial(request)
        except NoLongerQueued as error:
            log.warning("call_taken_over", reason=str(error))
            return None
        except (SipError, StoreError) as error:
            self.journal.tried(Attempt("route", request.target, str(error)))
        except Exception:
            if claim is not None:
                claim.drop(self.journal.keep)
            raise
        if claim is not None:
            claim.drop(self.journal.keep)
        self.journal.happened(self._progress.ending or Event.BROKE)
        return None

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """Inside, what happens is written; on the way out, all of it has been, of the call that it is by then."""
        self.journal.begin_writing()
        try:
            yield
        finally:
            await self.journal.end_writing()

    async def _follow(self, leg: Leg, conduct: Conduct) -> None:
        self._leg = leg
        self.journal.carried_by(leg.via)
        self.journal.set(sip_call_id=leg.sip_call_id)
        if self._progress.ending:
            await self.hang_up()
        async with asyncio.TaskGroup() as group:
            timer = group.create_task(self._keep_time())
            conducting = group.create_task(self._conduct(conduct))
            async for event in leg.events():
                self._progress.follow(event, leg.via)
                if isinstance(event, MediaLost):
                    await self.hang_up()
            self.over.set()
            timer.cancel()
            await self.beside.close()
            await self._drawing.close()
            await _finish(conducting)

    async def _conduct(self, conduct: Conduct) -> None:
        if self.call.direction is Direction.OUTBOUND:
            try:
                await self.until_over(self.answered.wait())
            except LegGone:
                return
            if self._progress.ending is not None:
                return  # the answer crossed our CANCEL: nobody wants the call any more
        await conduct(self)

    async def _keep_time(self) -> None:
        ringing_s = self.call.timeout_s
        try:
            async with asyncio.timeout(ringing_s):
                await self.answered.wait()
        except TimeoutError:
            self.journal.note_event("answer_timeout", seconds=ringing_s)
            await self.hang_up(Cause.UNAVAILABLE, outcome=Event.EXPIRED)
            return
        if self.call.options.time_limit_s is not None:
            self.beside.begin(end_in_time(self, self._clock))
        refusal = await self._run_out()
        if refusal is None:
            self.journal.note_event("max_call_seconds", seconds=self._is.of.allowance.longest_s)
        else:
            self.journal.cut_by_policy(refusal)
        await self.hang_up()

    async def _run_out(self) -> PolicyRefusal | None:
        """Wait until the time of the call is over, of the one that it is by then."""
        while True:
            async with until(self._became, self._is.of.allowance.run_out()) as running:
                if running.done():
                    return running.result()


async def _finish(conducting: asyncio.Task[None]) -> None:
    """Wait for what a flow still has to report, but not for ever."""
    if not await first_done(conducting, timeout_s=AFTERMATH_S):
        log.warning("flow_cut_off", after_s=AFTERMATH_S)
        await stopped(conducting)
