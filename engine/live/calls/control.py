"""Control of live calls from outside their flows: mute, hold, say, play, record, transfer, end."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from engine.aio.waits import first_of
from engine.errors import (
    InvalidField,
    LegGone,
    MediaError,
    PolicyRefused,
    RecordingError,
    SipError,
    SpeechError,
    WebhookError,
    WrongState,
)
from engine.flow.called import CLIENT, SIP
from engine.flow.document import Document
from engine.flow.interpreter import Start
from engine.flow.keys import press
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.enqueue import Enqueue
from engine.flow.verbs.nouns import Client, Number, Parameter, Sip
from engine.flow.verbs.queue import Queue
from engine.live.calls.flow_runner import FlowRunner
from engine.live.calls.registry import Sessions
from engine.live.calls.shared import SharedServices
from engine.live.orders import (
    CallChange,
    PlayInto,
    RecordingAction,
    RecordingChange,
    SayInto,
    Side,
    Transfer,
    TransferMode,
)
from engine.live.services import CallServices
from engine.live.session.leg_hold import HeldAs
from engine.live.session.session import Session
from engine.live.session.time_limit import limit_time
from engine.live.targets import sent_to
from engine.model.call import Call, Event, Status
from engine.model.callback import Callback
from engine.model.consent import How
from engine.model.recording import RecordingSource
from engine.model.sip_headers import headers_behind
from engine.ports import Ear, Speech

_END_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class CallControl:
    """Changes live calls of a node from outside their flows: redirects, mutes, holds, records, says, ends."""

    services: CallServices
    sessions: Sessions
    shared: SharedServices

    async def change(self, account_id: str, call_id: str, change: CallChange) -> Call:
        """The call after it. Raises NotFound, WrongState with the call's state, RecordingError."""
        session = await self.sessions.live(account_id, call_id)
        runner = self.sessions.flow_runner(session)
        try:
            await self._change(session, runner, change)
        except LegGone:
            raise WrongState(f"{call_id} has just ended.") from None
        except SipError as error:
            raise WrongState(f"{call_id} is {session.call.status}: {error}") from None
        return session.call

    async def _change(self, session: Session, runner: FlowRunner, change: CallChange) -> None:
        if change.transfer is not None:
            await self._require_callable(change.transfer.to, session)
        await self._silence(session, runner, change)
        if change.digits:
            _require_answered(session)
            session.journal.note_event("digits_sent", digits=len(change.digits))
            runner.stage.beside(press(runner.stage, change.digits))
        if change.recording is not None:
            await self._record(session, runner, change.recording)
        if change.say is not None:
            self._say(session, runner, change.say)
        if change.play is not None:
            self._play(session, runner, change.play)
        if change.transfer is not None:
            self._transfer(session, change.transfer)
        self._order_anew(session, change)
        if change.start is not None:
            _redirect(session, change.start, *([change.fallback] if change.fallback else []))
        if change.end is not None:
            await self._end(session, change.end)

    async def _silence(self, session: Session, runner: FlowRunner, change: CallChange) -> None:
        if change.mute is not None:
            await self._mute(session, muted=change.mute)
        if change.hold is not None:
            await self._hold(session, runner, held=change.hold)
        if change.withdraw_consent:
            await self._withdraw(session)

    def _order_anew(self, session: Session, change: CallChange) -> None:
        """Take over what may be ordered with a call, and is changed while it goes on."""
        if change.time_limit_s is not None:
            limit_time(session, self.services.clock, change.time_limit_s)
        if change.status_callback is not None:
            _tell_elsewhere(session, change.status_callback)

    async def _mute(self, session: Session, *, muted: bool) -> None:
        _require_answered(session)
        await self.services.bridge.mute(session.leg.id, muted=muted)
        session.journal.note_event("muted" if muted else "unmuted")

    async def _hold(self, session: Session, runner: FlowRunner, *, held: bool) -> None:
        """Put a call on hold: the far end hears music, or what its trunk has for that, and nobody hears it."""
        _require_answered(session)
        await self.services.bridge.hold(session.leg.id, held=held)
        await session.hold.set(session.leg, HeldAs.CALL, held=held)
        await runner.stage.hold_music(playing=held)
        session.journal.note_event("held" if held else "resumed")

    async def _record(self, session: Session, runner: FlowRunner, change: RecordingChange) -> None:
        _require_answered(session)
        if change.action is RecordingAction.START:
            runner.stage.beside(_recording(session, runner, change))
            return
        running = [
            each for each in self.services.recorder.of_call(session.call.id) if change.recording_id in (None, each.id)
        ]
        if not running:
            raise WrongState(_not_recorded(session, change))
        match change.action:
            case RecordingAction.STOP:
                await running[-1].stop()
            case RecordingAction.PAUSE:
                pauses = [self.services.recorder.pause(each, change.pause_behavior) for each in running]
                await asyncio.gather(*pauses)  # one that fails keeps no other from pausing
            case RecordingAction.RESUME:
                await asyncio.gather(*(self.services.recorder.resume(each) for each in running))
        session.journal.note_event("recording_changed", recording=running[-1].id, action=change.action.value)

    async def _withdraw(self, session: Session) -> None:
        _require_answered(session)
        if not session.consenting.is_over:
            await self.shared.permission.withdraw(session, How.API)

    def _say(self, session: Session, runner: FlowRunner, order: SayInto) -> None:
        ears = _ears(session, order.to)
        speech = Speech(order.text, order.language or session.call.language)

        async def say() -> None:
            try:
                await self.services.speaker.say(speech, ears)
            except (SpeechError, MediaError) as error:
                session.journal.note_event("prompt_failed", text=order.text, reason=str(error))
            else:
                session.journal.note_event("said_into_call", text=order.text, to=order.to.value)

        runner.stage.beside(say())

    def _play(self, session: Session, runner: FlowRunner, order: PlayInto) -> None:
        ears = _ears(session, order.to)

        async def play() -> None:
            try:
                await self.services.speaker.play_url(order.url, ears, runner.web)
            except (WebhookError, MediaError) as error:
                session.journal.note_event("prompt_failed", url=order.url, reason=str(error))
            else:
                session.journal.note_event("played_into_call", url=order.url, to=order.to.value)

        runner.stage.beside(play())

    async def _require_callable(self, to: str, session: Session) -> None:
        """Who is transferred is not taken from whom it talks to for a call that can't be made.

        Raises InvalidField, PolicyRefused.
        """
        call = session.call
        try:
            to = sent_to(to.partition("?")[0], self.services)
            emergency = await self.services.emergency.number(to, call.from_)
        except SipError as error:
            raise InvalidField("transfer.to", str(error)) from None
        except InvalidField as error:
            raise InvalidField("transfer.to", error.detail) from None
        if emergency is not None:
            return
        try:
            await self.services.policies.require_destination(call, to)
        except PolicyRefused as refused:
            session.journal.refused_by_policy(refused)
            raise

    def _transfer(self, session: Session, order: Transfer) -> None:
        """Both ways are flows like any other: the third party is dialled, who waits meanwhile waits in a queue."""
        _require_answered(session)
        session.journal.note_event("transferred", to=order.to.partition("?")[0], mode=order.mode.value)
        noun = _noun(order.to)
        if order.mode is TransferMode.BLIND:
            _redirect(session, Document((Dial(timeout=order.timeout_s, to=(noun,)),)))
            return
        agent = session.peer
        if agent is None or not agent.handover.may_be_given:
            raise WrongState(f"{session.call.id} talks to nobody who could speak with {order.to} first.")
        place = f"transfer of {session.call.id}"
        fetch = Dial(to=(Queue(place),))
        # If nobody answers, or when the third party hangs up, the agent is back with the one who waits.
        agent.handover.leave_behind(Document((fetch,)))
        _redirect(agent, Document((Dial(timeout=order.timeout_s, to=(noun,)), fetch)))
        _redirect(session, Document((Enqueue(place),)))

    async def _end(self, session: Session, end: Status) -> None:
        answered = session.answered.is_set()
        if end is Status.CANCELED and answered:
            raise WrongState(f"{session.call.id} is {session.call.status}: it can be completed, not canceled.")
        session.journal.note_event("end_requested", by="REST API")
        await session.hang_up(outcome=Event.HUNG_UP)
        await first_of(session.closed, timeout_s=_END_S)


async def _recording(session: Session, runner: FlowRunner, change: RecordingChange) -> None:
    try:
        await runner.stage.recorder.start(change.plan, RecordingSource.REST, change.recording_id)
    except (RecordingError, LegGone) as error:
        session.journal.note_event("not_recorded", reason=str(error))


def _not_recorded(session: Session, change: RecordingChange) -> str:
    if change.recording_id is None:
        return f"{session.call.id} is not being recorded."
    return f"{change.recording_id} is no recording of {session.call.id} that is under way."


def _noun(to: str) -> Number | Sip | Client:
    if to.startswith(SIP):
        return Sip(to)
    if to.startswith(CLIENT):
        return Client(to.partition("?")[0], parameters=tuple(Parameter(*each) for each in headers_behind(to)))
    return Number(to)


def _tell_elsewhere(session: Session, callback: Callback) -> None:
    """Have its status told to another URL from now on."""
    options = replace(
        session.call.options,
        status_callback=callback.url,
        status_callback_method=callback.method,
        status_callback_events=callback.events,
    )
    session.journal.set(options=options)


def _redirect(session: Session, start: Start, *fallbacks: Start) -> None:
    if not session.handover.may_be_given:
        raise WrongState(
            f"{session.call.id} is {session.call.status}: it can be given another flow once it is answered."
        )
    session.handover.give(start, *fallbacks)


def _require_answered(session: Session) -> None:
    if not session.answered.is_set():
        raise WrongState(f"{session.call.id} is {session.call.status}; this needs an answered call.")


def _ears(session: Session, side: Side) -> list[Ear]:
    _require_answered(session)
    if side is not Side.SELF and session.peer is None:
        raise WrongState(f"{session.call.id} talks to nobody; write self.")
    here, there = [Ear(session.leg.id)], [Ear(session.peer.leg.id)] if session.peer else []
    return {Side.SELF: here, Side.OTHER: there, Side.BOTH: [*here, *there]}[side]
