"""The verb Dial on live calls: ring somebody, join the two, and end what should end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from engine.call import Attempt, Call, Direction, Status
from engine.errors import LegGone, MediaError, RecordingError, SipError, StoreError
from engine.flow.stage import DialOutcome, DialPlan, Target
from engine.ids import Kind, new_id
from engine.live.keys import Keys
from engine.live.permission import Permission
from engine.live.recording_desk import ActiveRecording, Subject
from engine.live.services import Services
from engine.live.session import Session
from engine.numbers import country_of
from engine.ports import Ear, Leg, Said, Sink, Source
from engine.tasks import first_of, stopped

StartCall = Callable[[Call], Awaitable[Session]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dialling:
    """`start` places a call of its own (a child of the caller's) and gives its session."""

    services: Services
    permission: Permission
    start: StartCall

    async def dial(self, parent: Session, plan: DialPlan) -> DialOutcome:
        """Ring targets in order until one answers, join it with the parent until either is gone.

        Returns also when the parent hangs up meanwhile.
        """
        outcome = DialOutcome(Status.FAILED, None, 0)
        try:
            if plan.caller is not None and not await self._may_show(plan.caller, parent.call):
                said = "not a number of this account, nor of this call"
                parent.journal.tried(Attempt("callerId", plan.caller, said))
                return outcome
            for target in plan.targets:
                child = await self.start(self._child_call(parent.call, plan, target))
                outcome = await self._connect(parent, child, plan)
                if child.answered.is_set() or parent.over.is_set():
                    break
        except StoreError as error:
            # The parent talks on: its flow goes on with the next verb.
            parent.journal.note("dial_failed", reason=str(error))
        return outcome

    async def _connect(self, parent: Session, child: Session, plan: DialPlan) -> DialOutcome:
        """Ring one child, join it if it answers, and see to its end."""
        parent.journal.note("dialled", call=child.call.id, target=child.call.to)
        recording = None
        try:
            if await self._ring(parent, child):
                recording = await self._talk(parent, child, plan)
        finally:
            await asyncio.shield(_ended(child))
        return self._outcome(child.call, recording)

    async def _ring(self, parent: Session, child: Session) -> bool:
        """The parent hears it ring, or the far end's early media, until it answers (True) or is gone."""
        ear = Ear(parent.leg.id)
        try:
            ringback = await self.services.speaker.ringback(self._country(child.call.to), [ear])
        except MediaError as error:
            parent.journal.note("ringback_failed", reason=str(error))
            await first_of(child.early_media, child.answered, child.over, parent.over)
        else:
            try:
                await first_of(child.early_media, child.answered, child.over, parent.over)
            finally:
                await asyncio.shield(ringback.stop())
        if child.early_media.is_set() and not child.answered.is_set() and not child.over.is_set():
            await self.services.bridge.connect(Said(child.leg.id), ear)
        await first_of(child.answered, child.over, parent.over)
        return child.answered.is_set() and not parent.over.is_set()

    async def _talk(self, parent: Session, child: Session, plan: DialPlan) -> str | None:
        """Join the two until one is gone or the limit; the recording's id if there was one."""
        recording = await self._record(parent, child) if plan.record else None
        wires: list[tuple[Source, Sink]] = [
            (Said(parent.leg.id), Ear(child.leg.id)),
            (Said(child.leg.id), Ear(parent.leg.id)),
        ]
        parent.keys.forget()
        parted = asyncio.Event()
        relays = [
            asyncio.create_task(_relay(parent.keys, child.leg, parted if plan.hang_up_on_star else None)),
            asyncio.create_task(_relay(child.keys, parent.leg)),
        ]
        try:
            for source, sink in wires:
                await self.services.bridge.connect(source, sink)
            if not await first_of(parent.over, child.over, parted, timeout_s=plan.limit_s):
                parent.journal.note("dial_time_limit", seconds=plan.limit_s)
        finally:
            for relay in relays:
                await stopped(relay)
            for source, sink in wires:
                await self.services.bridge.disconnect(source, sink)
            if recording is not None:
                await recording.stop()
        return recording.id if recording else None

    async def _record(self, parent: Session, child: Session) -> ActiveRecording | None:
        consent = await self.permission.of(parent, child)
        if consent is None:
            return None
        subject = Subject(parent.call.account_id, "dial", parent.journal.note, call_id=parent.call.id)
        try:
            return await self.services.recorder.start(consent, subject, [[Said(parent.leg.id)], [Said(child.leg.id)]])
        except RecordingError as error:
            parent.journal.note("not_recorded", reason=str(error))
            return None

    async def _may_show(self, caller: str, call: Call) -> bool:
        """Nobody may show a number that is not theirs: the account's numbers and the two of the call are."""
        if caller in (call.from_, call.to):
            return True
        number = await self.services.numbers.get(caller)
        return number is not None and number.account_id == call.account_id

    def _child_call(self, parent: Call, plan: DialPlan, target: Target) -> Call:
        return Call(
            id=new_id(Kind.CALL),
            account_id=parent.account_id,
            direction=Direction.OUTBOUND,
            from_=plan.caller or parent.from_,
            to=target.address,
            status=Status.QUEUED,
            start_time=self.services.clock.now(),
            node=self.services.node,
            timeout_s=plan.answer_timeout_s,
            language=parent.language,
            parent_id=parent.id,
        )

    def _country(self, target: str) -> str:
        with suppress(ValueError):  # a SIP URI has no country
            return country_of(target) or self.services.country
        return self.services.country

    def _outcome(self, child: Call, recording: str | None) -> DialOutcome:
        return DialOutcome(
            status=child.status,
            call_id=child.id,
            seconds=child.duration,
            sip_code=child.sip_code,
            recording_url=self.services.recording_url(recording) if recording else None,
        )


async def _ended(child: Session) -> None:
    await child.hang_up()
    await child.closed.wait()


async def _relay(keys: Keys, to: Leg, on_star: asyncio.Event | None = None) -> None:
    """Pass keys on: they travel beside the audio (RFC 4733), so the bridge does not carry them."""
    while True:
        key = await keys.next(None)
        if key is None:
            continue
        if key == "*" and on_star is not None:
            on_star.set()
            return
        try:
            await to.press(key)
        except (LegGone, SipError) as error:
            log.info("key_not_passed", reason=str(error))
