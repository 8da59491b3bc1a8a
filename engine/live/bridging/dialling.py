"""The verb Dial on live calls: ring somebody, join the two, and end what should end."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.aio.signal import Signal
from engine.aio.waits import first_of, joined, to_its_end
from engine.errors import (
    BalanceTooLow,
    DocumentError,
    EmergencyRefused,
    FlowFailed,
    InvalidField,
    LegGone,
    PolicyRefused,
    SipError,
    StoreError,
    WebhookError,
)
from engine.flow.execution_context import Ending
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import DialOutcome, DialPlan, DialTarget
from engine.live.bridging.bridge import BridgeOptions, CallBridge
from engine.live.bridging.ringing import Ringing
from engine.live.bridging.shown_caller import not_to_be_shown
from engine.live.recording.active_recording import ActiveRecording
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.live.targets import reachable, require_reachable, sent_to
from engine.model.call import Attempt, Call, Direction, Event, Status
from engine.model.call_options import CallOptions
from engine.model.stir import Attestation, CallerProof
from engine.ports import Cause, DialRequest

StartCall = Callable[[Call, DialRequest], Awaitable[Session]]
Prepare = Callable[[Session, str], Awaitable[None]]
"""Send keys, with their pauses."""
Perform = Callable[[Session, GoTo], Coroutine[Any, Any, Ending]]
"""Perform a document for this call alone. Raises LegGone, WebhookError, DocumentError, FlowFailed."""
Answer = Callable[[], Awaitable[None]]

_TERMINATED: Final = 487
_STORED_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Called:
    """The called party of a Dial's target; `taken` is set when that call is given a flow of its own."""

    session: Session
    target: DialTarget
    taken: Signal


@dataclass(frozen=True, slots=True)
class Dialling:
    """`start` places a call of its own (a child of the caller's) and gives its session."""

    services: CallServices
    talk: CallBridge
    start: StartCall
    press: Prepare
    perform: Perform

    async def dial(self, parent: Session, plan: DialPlan, answer: Answer) -> DialOutcome:
        """Ring the targets until one answers, join it with the parent until either is gone.

        Returns also when the parent hangs up meanwhile. `answer` answers the parent's call, when the called party has.
        """
        outcome = DialOutcome(Status.FAILED, None, 0)
        if plan.unread:
            _note_failed(parent, "", plan.unread)
            return outcome
        if not await self._may_show(plan, parent):
            return outcome
        parent.asked_to_refer.clear()  # what was asked for in an earlier verb is none of this one's
        proof = _proof(parent, plan)
        groups = [(target,) for target in plan.targets] if plan.sequential else [plan.targets]
        for group in groups:
            outcome = await self._try(parent, plan, group, proof, answer)
            if outcome.bridged or parent.over.is_set():
                break
        return outcome

    async def _try(
        self, parent: Session, plan: DialPlan, targets: Sequence[DialTarget], proof: CallerProof, answer: Answer
    ) -> DialOutcome:
        """Ring these at once; the first that answers talks, the others are cancelled."""
        children: dict[Session, _Called] = {}
        winner: Session | None = None
        recording: ActiveRecording | None = None
        in_peace = False
        try:
            for target in targets:
                child = await self._begin(parent, plan, target, proof)
                if child is not None:
                    children[child] = _Called(child, target, child.handover.taken)
            if plan.recording.mode.from_ringing and parent.answered.is_set():
                recording = await self.talk.record_ringing(parent, plan.recording)
            sessions = [each.session for each in children.values()]
            plain = all(target.whisper is None and not target.send_digits for target in targets)
            ringing = Ringing(self.services, parent, plan.ring_tone, early_media=plain)
            async with ringing.heard(sessions):
                winner = await ringing.first_to_answer(sessions)
                if winner is None:
                    in_peace = True
                    return _of_failure(sessions)
                await self._cancel(session for session in sessions if session is not winner)
                if not await self._prepare(parent, winner, children[winner].target):
                    in_peace = True
                    return _outcome(winner, Status.NO_ANSWER)
            await answer()
            outcome = await self._join(parent, children[winner], plan, recording)
            in_peace = True
            return outcome
        except LegGone:
            return _of_failure([each.session for each in children.values()])
        finally:
            await to_its_end(self._end([each.session for each in children.values()], recording, wait=in_peace))

    async def _begin(self, parent: Session, plan: DialPlan, target: DialTarget, proof: CallerProof) -> Session | None:
        """Place one child's call; None where it can't be, which the parent's explanation tells."""
        try:
            await require_reachable(target.called, self.services)
            call = self._child_call(parent.call, plan, target)
            request = replace(
                self._request(call, plan, target),
                diverted_by=_diverted_by(parent.call, call),
                attestation=proof.attestation,
                identity=proof.identity,
                reachable=reachable(target.called, self.services),
            )
            child = await self.start(*await self._decided(call, request))
        except (BalanceTooLow, PolicyRefused, StoreError, SipError, WebhookError, InvalidField) as error:
            # The parent talks on: its flow goes on with the next verb.
            _note_failed(parent, target.address, str(error))
            if isinstance(error, PolicyRefused):
                parent.journal.refused_by_policy(error)
            if isinstance(error, EmergencyRefused):
                parent.journal.note_event("emergency_call", number=error.number, carried=False)
            return None
        parent.journal.note_event("dialled", call=child.call.id, target=child.call.to)
        return child

    async def _decided(self, call: Call, request: DialRequest) -> tuple[Call, DialRequest]:
        """Both as they begin: to an emergency number, as it is dialled. Raises InvalidField, StoreError."""
        number = await self.services.emergency.number(request.target, call.from_)
        if number is None:
            return call, request
        return replace(call, to=number), replace(request, target=number, emergency=True)

    async def _prepare(self, parent: Session, child: Session, target: DialTarget) -> bool:
        """Keys and the whisper, for the called party alone; False if it hangs up or refuses."""
        try:
            if target.send_digits:
                await self.press(child, target.send_digits)
            if target.whisper is None:
                return not parent.over.is_set()
            to = GoTo(target.whisper.url, HttpMethod(target.whisper.method))
            ending = await parent.until_over(self.perform(child, to))
            return ending is not Ending.HUNG_UP and not child.over.is_set()
        except LegGone:
            return False
        except (WebhookError, DocumentError, FlowFailed) as error:
            # The called party is on the line: better without the whisper than not at all.
            child.journal.tried(Attempt("whisper", target.whisper.url if target.whisper else "", str(error)))
            return not child.over.is_set()

    async def _join(
        self, parent: Session, called: _Called, plan: DialPlan, recording: ActiveRecording | None
    ) -> DialOutcome:
        child = called.session
        if recording is not None:
            await self.talk.add_to_recording(recording, parent, child)
        terms = BridgeOptions(plan.limit_s, plan.hang_up_on_star, plan.recording, refer=plan.refer is not None)
        talked = await self.talk.between(parent, child, terms, called.taken, recording)
        left_to_it = parent.handover.leaves_behind
        if parent.over.is_set() and left_to_it is not None and child.handover.may_be_given:
            child.handover.give(left_to_it)
        if not child.handover.goes_on_by_itself:
            await to_its_end(_ended(child))
        url = self.services.recording_url(talked.recording_id) if talked.recording_id else None
        status = child.call.status if child.call.ended else Status.COMPLETED
        outcome = _outcome(child, status, url, seconds=child.call.duration or talked.seconds, bridged=True)
        return replace(outcome, referred_to=talked.referred_to)

    async def _cancel(self, losers: Iterable[Session]) -> None:
        for loser in losers:
            await loser.hang_up(outcome=Event.HUNG_UP)

    async def _end(self, children: Sequence[Session], recording: ActiveRecording | None, *, wait: bool) -> None:
        """However the Dial ends: nothing of it goes on. Who is given another flow does not `wait` for that."""
        if recording is not None:
            closing = recording.end_soon()
            if wait:
                await joined(closing)
        for child in children:
            if not child.handover.goes_on_by_itself and not child.over.is_set():
                await child.hang_up(Cause.NORMAL)
        for child in children:
            if wait and not child.handover.goes_on_by_itself:
                await _stored(child)

    async def _may_show(self, plan: DialPlan, parent: Session) -> bool:
        """Whether all numbers that it would show may be shown; the parent's explanation tells which may not."""
        try:
            forbidden = await not_to_be_shown(self.services.stores.numbers, plan, parent.call)
        except StoreError as error:
            forbidden = plan.caller or parent.call.from_, str(error)
        if forbidden is not None:
            parent.journal.tried(Attempt("callerId", *forbidden))
            parent.journal.note_event("dial_failed", reason=forbidden[1])
        return forbidden is None

    def _request(self, call: Call, plan: DialPlan, target: DialTarget) -> DialRequest:
        """Raises SipError where the target can't be reached from here."""
        return DialRequest(
            target=sent_to(target.called, self.services),
            caller=call.from_,
            call_id=call.id,
            account_id=call.account_id,
            display_name=plan.caller_name or "",
            hides_caller=plan.hides_caller,
            headers=target.headers,
            user=target.credentials.user if target.credentials else "",
            password=target.credentials.password if target.credentials else "",
        )

    def _child_call(self, parent: Call, plan: DialPlan, target: DialTarget) -> Call:
        callback = target.callback
        options = CallOptions(
            timeout_s=plan.answer_timeout_s,
            status_callback=callback.url if callback else None,
            status_callback_method=callback.method if callback else None,
            status_callback_events=callback.events if callback else None,
        )
        return Call.begun(
            Direction.OUTBOUND,
            plan.caller or parent.from_,
            target.called,
            options.over(parent.options.for_children()),
            account_id=parent.account_id,
            at=self.services.clock.now(),
            node=self.services.node,
            parent_id=parent.id,
            key_id=parent.key_id,
        )


def _note_failed(parent: Session, target: str, why: str) -> None:
    parent.journal.tried(Attempt("dial", target, why))
    parent.journal.note_event("dial_failed", reason=why)


def _proof(parent: Session, plan: DialPlan) -> CallerProof:
    """What is known of the number that is shown: as its call came, or that it is the account's own."""
    sent_on = plan.caller in (None, "", parent.call.from_)
    return parent.proof if sent_on else CallerProof(Attestation.FULL)


def _diverted_by(parent: Call, child: Call) -> str:
    """The number that a caller has called who is shown to somebody else now; empty where nobody is sent on."""
    sent_on = parent.direction is Direction.INBOUND and child.from_ == parent.from_
    return parent.to if sent_on else ""


def _of_failure(children: Sequence[Session]) -> DialOutcome:
    """The failure to tell of several that did not answer: what the last one said, a busy one first."""
    if not children:
        return DialOutcome(Status.FAILED, None, 0)
    telling = next((child for child in children if child.call.status is Status.BUSY), children[-1])
    if not telling.call.ended:
        # It was still rung when the caller left, and is being told so (RFC 3261 §9.1, §21.4.25).
        return DialOutcome(Status.CANCELED, telling.call.id, 0, _TERMINATED)
    return _outcome(telling, telling.call.status)


def _outcome(
    child: Session, status: Status, url: str | None = None, *, seconds: int = 0, bridged: bool = False
) -> DialOutcome:
    headers = tuple(child.answer_headers.items())
    return DialOutcome(status, child.call.id, seconds, child.call.sip_code, url, bridged, headers=headers)


async def _ended(child: Session) -> None:
    await child.hang_up()
    await _stored(child)


async def _stored(child: Session) -> None:
    """Wait until its end is stored, but not for a database that fails: its parent talks on."""
    await first_of(child.closed, timeout_s=_STORED_S)
