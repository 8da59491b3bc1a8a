"""What verbs do on a live call: engine.flow.stage.Stage over a session."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from engine.call import Attempt, Call, Direction, Event
from engine.errors import LegGone, MediaError, RecordingError, SpeechError
from engine.flow.stage import DialOutcome, DialPlan, RecordOutcome, RecordPlan, RoomOutcome, RoomPlan
from engine.live.dialling import Dialling
from engine.live.permission import Permission
from engine.live.recording_desk import ActiveRecording, Subject
from engine.live.rooms import Rooms
from engine.live.services import Services
from engine.live.session import Session
from engine.ports import Cause, Ear, Heard, Said, Source, Speech
from engine.web.call_web import CallWeb

HANGUP: Final = "hangup"
VOICE_LEVEL: Final = 0.02
_LISTEN_S: Final = 0.2

T = TypeVar("T")


class LiveStage:
    """Implements Stage; one for each session."""

    def __init__(
        self, session: Session, services: Services, permission: Permission, dialling: Dialling, rooms: Rooms,
        web: CallWeb,
    ) -> None:  # fmt: skip
        self._session = session
        self._services = services
        self._permission = permission
        self._dialling = dialling
        self._rooms = rooms
        self._web = web
        self._opened = False
        self._recording: ActiveRecording | None = None

    @property
    def call(self) -> Call:
        return self._session.call

    @property
    def language(self) -> str:
        return self.call.language

    async def answer(self) -> None:
        """Answer, if it still rings; then begin the recording that the call was ordered with. Raises LegGone."""
        if self._session.over.is_set():
            raise LegGone(f"{self.call.id} is over")
        if self.call.direction is Direction.INBOUND and not self._session.answered.is_set():
            await self._session.leg.answer()
            await self._live(self._session.answered.wait())
        if not self._opened:
            self._opened = True
            if self.call.record:
                await self._record_whole_call()

    async def say(self, speech: Speech) -> None:
        await self.answer()
        try:
            await self._live(self._services.speaker.say(speech, self._ear))
        except (SpeechError, MediaError) as error:
            self._session.journal.note("prompt_failed", text=speech.text, reason=str(error))
        except (LegGone, asyncio.CancelledError):
            self._session.journal.note("said", text=speech.text, language=speech.language, to_the_end=False)
            raise
        else:
            self._session.journal.note("said", text=speech.text, language=speech.language, to_the_end=True)

    async def play(self, url: str) -> None:
        await self.answer()
        await self._live(self._services.speaker.play_url(url, self._ear, self._web))
        self._session.journal.note("played", url=url)

    async def pause(self, seconds: float) -> None:
        # Needs no media: an inbound call rings on, as in the field's flows that begin with a pause.
        await self._live(self._services.clock.sleep(seconds))

    async def digit(self, timeout_s: float | None) -> str | None:
        await self.answer()
        key = await self._live(self._session.keys.next(timeout_s))
        if key is not None:
            self._session.journal.note("digit", digit=key)
        return key

    def forget_digits(self) -> None:
        self._session.keys.forget()

    async def send_digits(self, digits: str) -> None:
        await self.answer()
        await self._session.leg.press(digits)

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        await self.answer()
        consent = await self._permission.of(self._session)
        if consent is None:
            if self._session.over.is_set():
                raise LegGone(f"{self.call.id} is over")
            raise RecordingError("The announcement that the call is recorded could not be spoken.")
        if plan.beep:
            await self._live(self._services.speaker.beep(self._ear))
        self._session.keys.forget()
        active = await self._services.recorder.start(consent, self._subject("record"), [[Said(self._session.leg.id)]])
        try:
            ended_by = await self._live(self._spoken(plan))
        except LegGone:
            ended_by = HANGUP
        finally:
            row = await active.stop()
        return RecordOutcome(
            recording_id=row.id,
            url=self._services.recording_url(row.id),
            seconds=round(row.seconds or 0),
            digits=ended_by,
        )

    async def dial(self, plan: DialPlan) -> DialOutcome:
        await self.answer()
        return await self._dialling.dial(self._session, plan)

    async def join(self, plan: RoomPlan) -> RoomOutcome:
        await self.answer()
        return await self._rooms.join(self._session, plan)

    async def hang_up(self) -> None:
        await self._session.hang_up()

    async def reject(self, cause: Cause) -> None:
        self._session.journal.tried(Attempt("call flow", self.call.to, f"Reject: {cause.name.lower()}"))
        outcome = Event.ENGAGED if cause is Cause.BUSY else Event.BROKE
        await self._session.hang_up(cause, outcome=outcome)

    async def note(self, kind: str, **facts: object) -> None:
        self._session.journal.note(kind, **facts)

    async def close(self) -> None:
        """The call is over: close its recording."""
        if self._recording is not None:
            await self._recording.stop()

    @property
    def _ear(self) -> list[Ear]:
        return [Ear(self._session.leg.id)]

    async def _live(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._session.until_over(work)

    async def _record_whole_call(self) -> None:
        """Two channels, the caller left; a recording that can't be does not stop the call."""
        consent = await self._permission.of(self._session)
        if consent is None:
            return
        leg = self._session.leg.id
        said: list[Source] = [Said(leg)]
        heard: list[Source] = [Heard(leg)]
        tracks = [said, heard] if self.call.direction is Direction.INBOUND else [heard, said]
        try:
            self._recording = await self._services.recorder.start(consent, self._subject("call"), tracks)
        except RecordingError as error:
            self._session.journal.note("not_recorded", reason=str(error))

    def _subject(self, source: str) -> Subject:
        return Subject(self.call.account_id, source, self._session.journal.note, call_id=self.call.id)

    async def _spoken(self, plan: RecordPlan) -> str:
        """Until a key that ends it (returned), silence, or the longest length."""
        clock = self._services.clock
        end = clock.monotonic() + plan.max_s
        spoke = clock.monotonic()
        while (now := clock.monotonic()) < end and not (plan.silence_s and now - spoke >= plan.silence_s):
            key = await self._session.keys.next(min(_LISTEN_S, end - now))
            if key is not None and key in plan.finish_on:
                return key
            if await self._services.bridge.level(Said(self._session.leg.id)) > VOICE_LEVEL:
                spoke = clock.monotonic()
        return ""


async def close_quietly(stage: LiveStage) -> None:
    """Close even while the task is being cancelled."""
    await asyncio.shield(stage.close())
