"""Two parties joined, from both being there until they part."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import Occurrence, first_of, joined, to_its_end
from engine.errors import LegGone, RecordingError, SipError
from engine.flow.plans import NOT_RECORDED, BridgeRecording, DialRecord
from engine.live.bridging.call_recorder import NO_CONSENT, beep_for
from engine.live.consent.apart import KeptApart
from engine.live.consent.service import ConsentService
from engine.live.recording.active_recording import ActiveRecording
from engine.live.recording.context import RecordingContext
from engine.live.services import CallServices
from engine.live.session.dtmf import Keys
from engine.live.session.session import Session
from engine.model.recording import RecordingSource
from engine.model.recording_shape import Tracks
from engine.ports import Ear, Leg, Said, Sink, Source

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BridgeOptions:
    """Options of a bridge: its longest time, whether the first one's * key ends it, how it is recorded."""

    limit_s: int | None = None
    part_on_star: bool = False
    recording: BridgeRecording = NOT_RECORDED
    refer: bool = False


@dataclass(frozen=True, slots=True)
class BridgeResult:
    """The result of a bridge: whole seconds, the recording if there was one, whom a party asked to be sent to."""

    seconds: int
    recording_id: str | None = None
    referred_to: str | None = None


@dataclass(frozen=True, slots=True)
class CallBridge:
    """Bridges two calls: each hears the other until one leaves, is taken away, or the time is up."""

    services: CallServices
    permission: ConsentService

    async def between(
        self,
        first: Session,
        second: Session,
        terms: BridgeOptions,
        taken: Signal,
        recording: ActiveRecording | None = None,
    ) -> BridgeResult:
        """Join the two until one is gone, is given another flow, or the terms end it.

        `taken` is set when the second is given another flow than it had when it was called, or came into its queue; the
        first is in its flow here, and cut off with it. `recording` is one that began while it rang; it is closed here.
        """
        if recording is None and terms.recording.mode is not DialRecord.NOTHING:
            recording = await self.record(first, second, terms.recording)
        apart = KeptApart(self.permission, first, second)
        await apart.begin()
        wires: list[tuple[Source, Sink]] = [
            (Said(first.leg.id), Ear(second.leg.id)),
            (Said(second.leg.id), Ear(first.leg.id)),
        ]
        first.keys.forget()
        parted = Occurrence()
        referring = _Referring()
        beside = BackgroundTasks("talk", call_id=first.call.id, on_failure=first.background_failed)
        beside.begin(_relay(first.keys, second.leg, parted if terms.part_on_star else None))
        beside.begin(_relay(second.keys, first.leg))
        for each in (first, second) if terms.refer else ():
            beside.begin(referring.watch(each))
        began = self.services.clock.monotonic()
        in_peace = False
        first.talks_with(second)
        second.talks_with(first)
        try:
            for source, sink in wires:
                await self.services.bridge.connect(source, sink)
            await self.services.bridge.pass_fax(first.leg.id, second.leg.id)
            ends = (first.over, second.over, taken, parted, referring.asked)
            if not await first_of(*ends, timeout_s=terms.limit_s):
                first.journal.note_event("dial_time_limit", seconds=terms.limit_s)
            in_peace = True
        finally:
            await to_its_end(self._part(first, second, beside, wires, recording, apart, wait=in_peace))
        seconds = round(self.services.clock.monotonic() - began)
        return BridgeResult(seconds, recording.id if recording else None, referring.target)

    async def record(self, first: Session, second: Session, how: BridgeRecording) -> ActiveRecording | None:
        """Record the bridge with the consent of both; None without it, or where it can't be."""
        return await self._record(first, second, how=how, tracks=_tracks(Said(first.leg.id), Said(second.leg.id), how))

    async def record_ringing(self, first: Session, how: BridgeRecording) -> ActiveRecording | None:
        """Before the second is there: with the consent of the first, who alone is heard."""
        nobody: list[list[Source]] = [[Said(first.leg.id)], []] if how.mode.dual else [[Said(first.leg.id)]]
        return await self._record(first, how=how, tracks=nobody)

    async def add_to_recording(self, recording: ActiveRecording, first: Session, second: Session) -> None:
        """The second is recorded from the consent of both on."""
        if await self.permission.consent_of(first, second) is not None:
            await recording.add(Said(second.leg.id), track=recording.row.channels - 1)

    async def _record(
        self, *parties: Session, how: BridgeRecording, tracks: Sequence[Sequence[Source]]
    ) -> ActiveRecording | None:
        first, recorder = parties[0], self.services.recorder
        subject = dial_subject(first, how)
        consent = await self.permission.consent_of(*parties)
        if consent is None:
            await recorder.absent(subject, NO_CONSENT)
            return None
        try:
            return await recorder.start(consent, subject, tracks)
        except RecordingError as error:
            first.journal.note_event("not_recorded", reason=str(error))
            return None

    async def _part(
        self,
        first: Session,
        second: Session,
        beside: BackgroundTasks,
        wires: list[tuple[Source, Sink]],
        recording: ActiveRecording | None,
        apart: KeptApart,
        *,
        wait: bool,
    ) -> None:
        for each in (first, second):
            each.talks_with(None)
        await beside.close()
        await self.services.bridge.pass_no_fax(first.leg.id, second.leg.id)
        for source, sink in wires:
            await self.services.bridge.disconnect(source, sink)
        await apart.end()
        if recording is not None:
            closing = recording.end_soon()
            if wait:
                await joined(closing)


def dial_subject(first: Session, how: BridgeRecording) -> RecordingContext:
    """What a recording of joined parties belongs to: the first's call."""
    return RecordingContext(
        first.call.account_id,
        RecordingSource.DIAL,
        first.note_event,
        call_id=first.call.id,
        callback=how.callback,
        trim=how.trim,
        beep=beep_for(first),
    )


def _tracks(first: Source, second: Source, how: BridgeRecording) -> list[list[Source]]:
    match how.tracks:
        case Tracks.INBOUND:
            return [[first]]
        case Tracks.OUTBOUND:
            return [[second]]
        case Tracks.BOTH:
            return [[first], [second]] if how.mode.dual else [[first, second]]


class _Referring:
    """Waits for REFER from either party."""

    def __init__(self) -> None:
        self.asked = Occurrence()
        self.target: str | None = None

    async def watch(self, session: Session) -> None:
        self.target = await session.asked_to_refer.next()
        self.asked.set()


async def _relay(keys: Keys, to: Leg, on_star: Signal | None = None) -> None:
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
