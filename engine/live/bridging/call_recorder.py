"""Everything that records one call, beside a Dial's talk: the whole call, the verb Record, Start, and REST."""

import asyncio
from dataclasses import replace

from engine.aio.tasks import started
from engine.aio.waits import joined
from engine.errors import LegGone, MediaError, RecordingError, StoreError
from engine.flow.plans import CallRecordingPlan, RecordOutcome, RecordPlan
from engine.live.consent.service import ConsentService
from engine.live.recording.active_recording import ActiveRecording
from engine.live.recording.context import RecordingContext
from engine.live.recording.warning_tone import WarningTone
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.call import Direction
from engine.model.call_options import CallOptions
from engine.model.callback import RECORDING_ENDS, Callback
from engine.model.consent import ToRecording
from engine.model.recording import RecordingSource
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.ports import Ear, Heard, Said, Source

HANGUP = "hangup"
NO_CONSENT = "There is no consent of everybody on the call."
VOICE_LEVEL = 0.02
_LISTEN_S = 0.2
_LOOK_S = 2.0
"""How often a database that was away is asked whether it is back."""


class CallRecorder:
    """Records one call; what it began is closed with the call."""

    def __init__(self, session: Session, services: CallServices, permission: ConsentService) -> None:
        self._session = session
        self._services = services
        self._permission = permission
        self._running: list[ActiveRecording] = []
        self._beginning: set[asyncio.Future[ActiveRecording]] = set()
        self._is_whole = False

    async def whole_call(self) -> None:
        """Record the call as its order says, once only; a recording that can't be does not stop the call.

        Where the database did not tell whether it may be, or could not keep its row, it begins once that is back.
        """
        if not self._is_whole and not await self._whole():
            self._session.beside.begin(self._whole_later())

    async def _whole(self) -> bool:
        """Begin it, or note why it is not; False where that was the database's fault."""
        try:
            await self.start(_ordered(self._session.call.options), RecordingSource.CALL)
        except RecordingError as error:
            self._session.journal.note_event("not_recorded", reason=str(error))
            return self._session.has_answered_consent and not isinstance(error.__cause__, StoreError)
        return True

    async def _whole_later(self) -> None:
        """Begin it when the database answers again, if the call goes on until then."""
        while True:
            await self._services.clock.sleep(_LOOK_S)
            try:
                await self._services.stores.database.ping()
            except StoreError:
                continue
            if await self._whole():
                return

    async def start(
        self, plan: CallRecordingPlan, source: RecordingSource, recording_id: str | None = None
    ) -> ActiveRecording:
        """Record from now to the call's end, by this identifier where one is given. Raises RecordingError, LegGone."""
        subject = replace(self._subject(source, plan.trim, plan.callback), recording_id=recording_id)
        consent = await self._consent(subject)
        self._is_whole |= source is RecordingSource.CALL
        # Another flow may cut this one off, but not between a recording's beginning and our knowing of it.
        beginning = started(self._begin(consent, subject, plan))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._beginning.discard)
        return await joined(beginning)

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        """What the caller says, until the plan's end. Raises RecordingError, LegGone."""
        subject = self._subject(RecordingSource.RECORD, plan.trim, plan.callback)
        consent = await self._consent(subject)
        session = self._session
        if plan.beep:
            try:
                await session.until_over(self._services.speaker.beep([Ear(session.leg.id)]))
            except MediaError as error:
                session.journal.note_event("beep_failed", reason=str(error))
        session.keys.forget()
        tracks = _tracks(session, plan.tracks, plan.channels)
        active = await self._services.recorder.start(consent, subject, tracks)
        try:
            ended_by = await session.until_over(self._spoken(plan))
        except LegGone:
            ended_by = HANGUP
        finally:
            row = await active.stop()
        url = self._services.recording_url(row.id)
        return RecordOutcome(row.id, url, seconds=round(row.seconds or 0), digits=ended_by)

    async def close(self) -> None:
        """The call is over."""
        if self._beginning:
            await asyncio.wait(self._beginning)
        for active in self._running:
            await active.stop()

    async def _begin(self, consent: ToRecording, subject: RecordingContext, plan: CallRecordingPlan) -> ActiveRecording:
        tracks = _tracks(self._session, plan.tracks, plan.channels)
        active = await self._services.recorder.start(consent, subject, tracks)
        self._running.append(active)
        return active

    async def _consent(self, subject: RecordingContext) -> ToRecording:
        peer = self._session.peer
        consent = await self._permission.consent_of(self._session, *([peer] if peer else []))
        if consent is None:
            await self._services.recorder.absent(subject, NO_CONSENT)
            if self._session.over.is_set():
                raise LegGone(f"{self._session.call.id} is over")
            raise RecordingError(NO_CONSENT)
        return consent

    def _subject(self, source: RecordingSource, trim: Trim, callback: Callback | None) -> RecordingContext:
        call = self._session.call
        return RecordingContext(
            call.account_id, source, self._session.note_event, call_id=call.id, callback=callback, trim=trim,
            beep=beep_for(self._session),
        )  # fmt: skip

    async def _spoken(self, plan: RecordPlan) -> str:
        """Until a key that ends it (returned), silence, or the longest length."""
        clock = self._services.clock
        end = clock.monotonic() + plan.max_s
        spoke = clock.monotonic()
        listens_every_s = _LISTEN_S if plan.silence_s else plan.max_s
        while (now := clock.monotonic()) < end and not (plan.silence_s and now - spoke >= plan.silence_s):
            key = await self._session.keys.next(min(listens_every_s, end - now))
            if key is not None and key in plan.finish_on:
                return key
            if plan.silence_s and await self._services.bridge.level(Said(self._session.leg.id)) > VOICE_LEVEL:
                spoke = clock.monotonic()
        return ""


def beep_for(session: Session) -> WarningTone:
    """Who hears that a call is recorded: its far end, and whom that talks to."""

    def hearers() -> list[Ear]:
        return [Ear(each.leg.id) for each in (session, session.peer) if each is not None]

    return WarningTone(session.call.id, hearers, session.call.options.recording_beep_s)


def _ordered(options: CallOptions) -> CallRecordingPlan:
    """How a whole call is recorded."""
    url = options.recording_status_callback
    events = options.recording_status_callback_events or RECORDING_ENDS
    return CallRecordingPlan(
        options.recording_track or Tracks.BOTH,
        options.recording_channels or Channels.DUAL,
        options.recording_trim or Trim.NOTHING,
        Callback(url, options.recording_status_callback_method or "POST", events) if url else None,
    )


def _tracks(session: Session, tracks: Tracks, channels: Channels) -> list[list[Source]]:
    """What the far end says and hears; of two channels, the caller's is the left."""
    said: Source = Said(session.leg.id)
    heard: Source = Heard(session.leg.id)
    match tracks:
        case Tracks.INBOUND:
            return [[said]]
        case Tracks.OUTBOUND:
            return [[heard]]
        case Tracks.BOTH if channels is Channels.MONO:
            return [[said, heard]]
        case Tracks.BOTH:
            return [[said], [heard]] if session.call.direction is Direction.INBOUND else [[heard], [said]]
