"""Verbs' actions on a live call: `CallActions` over its session."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import to_its_end
from engine.errors import (
    LegGone,
    MediaError,
    PolicyRefused,
    SipError,
    SpeechError,
    StoreError,
    UnknownVoice,
    WebhookError,
)
from engine.flow.call_actions import Waiting
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import (
    CallRecordingPlan,
    DialOutcome,
    DialPlan,
    HearPlan,
    RecordOutcome,
    RecordPlan,
    ReferOutcome,
    ReferPlan,
    RoomOutcome,
    RoomPlan,
    Spoken,
)
from engine.flow.program_plans import AgentOutcome, AgentPlan, StreamOrder, StreamOutcome
from engine.flow.queue_plans import QueueOutcome, QueuePlan, ServePlan
from engine.live.bridging.call_recorder import CallRecorder
from engine.live.calls.handing_over import what_became_of
from engine.live.calls.shared import SharedServices
from engine.live.services import CallServices
from engine.live.session.recognition import understood
from engine.live.session.session import Session
from engine.model.call import Attempt, Call, Direction, Event
from engine.model.recording import RecordingSource
from engine.ports import Cause, Ear, Player, Said, Speech
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.call import webhook_params

_MASKED: Final = "•"

T = TypeVar("T")


class LiveStage:
    """Acts on one live call for its verbs, over the call's session (engine.flow.call_actions.CallActions)."""

    def __init__(self, session: Session, services: CallServices, shared: SharedServices, web: CallWeb) -> None:
        self.recorder = CallRecorder(session, services, shared.permission)
        self._session = session
        self._services = services
        self._shared = shared
        self._web = web
        self._opened = False
        self._opening = asyncio.Lock()
        self._beside = BackgroundTasks("flow", call_id=session.call.id, on_failure=session.background_failed)
        self._music: Player | None = None

    @property
    def call(self) -> Call:
        return self._session.call

    @property
    def language(self) -> str:
        return self.call.language

    @property
    def recognized_languages(self) -> frozenset[str]:
        return self._services.recognizer.languages() if self._services.recognizer else frozenset()

    async def performing(self, verb: str) -> None:
        self._session.journal.note_event("verb", verb=verb)
        if self._session.answered.is_set():
            await self.answer()  # one that only waits makes no sound, and the call is recorded all the same

    async def answer(self) -> None:
        """Answer, if it still rings; then begin the recording that the call was ordered with. Raises LegGone."""
        if self._session.over.is_set():
            raise LegGone(f"{self.call.id} is over")
        if self.call.direction is Direction.INBOUND and not self._session.answered.is_set():
            await self._session.leg.answer()
            await self._live(self._session.answered.wait())
        async with self._opening:
            if not self._opened:
                if self.call.options.record:
                    await self.recorder.whole_call()
                self._opened = True  # not before: a flow that is cut off while it asks leaves the next one to ask
        if self._session.disclosing.telling.locked():  # by a flow that was here before
            await self._live(self._session.disclosing.told())

    async def say(self, speech: Speech) -> None:
        await self.answer()
        self._session.spoken_to_in(speech.language)
        try:
            await self._live(self._services.speaker.say(speech, self._ear))
        except UnknownVoice:
            raise  # the verb has the language's own voice to ask for
        except (SpeechError, MediaError) as error:
            self._session.journal.note_event("prompt_failed", text=speech.text, reason=str(error))
        except (LegGone, asyncio.CancelledError):
            self._session.journal.note_event("said", text=speech.text, language=speech.language, to_the_end=False)
            raise
        else:
            self._session.journal.note_event("said", text=speech.text, language=speech.language, to_the_end=True)

    async def play(self, url: str, rounds: Iterable[int] = (0,)) -> None:
        await self.answer()
        await self._live(self._play(url, rounds))

    async def _play(self, url: str, rounds: Iterable[int]) -> None:
        async with self._services.speaker.file(url, self._web) as wav:
            for _ in rounds:
                await self._services.speaker.play_file(wav, self._ear)
                self._session.journal.note_event("played", url=url)

    async def pause(self, seconds: float) -> None:
        # Needs no media: an inbound call rings on, as in the field's flows that begin with a pause.
        await self._live(self._services.clock.sleep(seconds))

    async def digit(self, timeout_s: float | None, *, hidden: bool = False) -> str | None:
        await self.answer()
        key = await self._live(self._session.keys.next(timeout_s))
        if key is not None:
            self._session.journal.note_event("digit", digit=_MASKED if hidden else key)
        return key

    def forget_digits(self) -> None:
        self._session.keys.forget()

    async def hide(self, hidden: bool) -> None:
        for listener in (self._services.recorder, self._services.streams):
            await listener.hush(self._session.leg.id, hushed=hidden)

    async def send_digits(self, digits: str) -> None:
        await self.answer()
        # Keys are sent in place of the sound: what comes next waits for the last of them.
        await self._live(self._session.leg.press(digits))

    async def hear(self, plan: HearPlan) -> Spoken | None:
        recognizer = self._services.recognizer
        if recognizer is None:
            raise SpeechError("Nobody understands speech here: there is no recognizer.")
        services = self._services
        listening = understood(self._session.leg.id, services.bridge, recognizer, services.clock, plan)
        spoken = await self._live(listening)
        text = _MASKED if plan.hidden else spoken.text if spoken else ""
        self._session.journal.note_event("speech", text=text, confidence=spoken.confidence if spoken else 0.0)
        return spoken

    async def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        self.beside(self._tell(url, method, params))

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        await self.answer()
        return await self.recorder.record(plan)

    async def record_call(self, plan: CallRecordingPlan) -> None:
        await self.answer()
        await self.recorder.start(plan, RecordingSource.START)

    async def application(self, application_id: str) -> Sequence[GoTo]:
        try:
            found = await self._services.stores.applications.get(application_id)
        except StoreError as error:
            self._session.journal.note_event("dial_failed", reason=str(error))
            return ()
        if found is None or found.account_id != self.call.account_id:
            self._session.journal.note_event("dial_failed", reason=f"There is no application {application_id}.")
            return ()
        urls = ((found.url, found.method), (found.fallback_url, found.fallback_method))
        return [GoTo(url, HttpMethod(method)) for url, method in urls if url]

    async def dial(self, plan: DialPlan) -> DialOutcome:
        if not plan.answer_on_bridge:
            await self.answer()
        return await self._shared.dialling.dial(self._session, plan, self.answer)

    async def join(self, plan: RoomPlan, waiting: Waiting | None) -> RoomOutcome:
        await self.answer()
        return await self._shared.rooms.join(self._session, plan, waiting, self._web)

    async def enqueue(self, plan: QueuePlan, waiting: Waiting | None) -> QueueOutcome:
        await self.answer()
        return await self._shared.queues.enqueue(self._session, plan, waiting)

    async def serve(self, plan: ServePlan) -> DialOutcome:
        await self.answer()
        return await self._shared.queues.serve(self._session, plan)

    async def echo(self) -> None:
        await self.answer()
        leg = self._session.leg.id
        await self._services.bridge.connect(Said(leg), Ear(leg))
        try:
            await self._live(self._session.over.wait())
        finally:
            await to_its_end(self._services.bridge.disconnect(Said(leg), Ear(leg)))

    async def start_stream(self, order: StreamOrder) -> None:
        await self.answer()
        await self._shared.programs.streams.start(self._session, order)

    async def stop_stream(self, name: str) -> None:
        await self._shared.programs.streams.stop(self._session, name)

    async def connect_stream(self, order: StreamOrder) -> StreamOutcome:
        await self.answer()
        return await self._shared.programs.streams.connect(self._session, order)

    async def converse(self, plan: AgentPlan) -> AgentOutcome:
        await self.answer()
        return await self._shared.programs.agents.converse(self._session, plan, self._web)

    async def refer(self, plan: ReferPlan) -> ReferOutcome:
        try:
            await self._services.policies.require_destination(self.call, plan.target)
        except PolicyRefused as refused:
            self._session.journal.refused_by_policy(refused)
            raise SipError(str(refused)) from None
        except StoreError as error:
            raise SipError(str(error)) from None
        await self._session.leg.refer(plan.target)
        return await what_became_of(self._session)

    async def hang_up(self) -> None:
        await self._session.hang_up()

    async def reject(self, cause: Cause) -> None:
        self._session.journal.tried(Attempt("call flow", self.call.to, f"Reject: {cause.name.lower()}"))
        outcome = Event.ENGAGED if cause is Cause.BUSY else Event.BROKE
        await self._session.hang_up(cause, outcome=outcome)

    async def note(self, kind: str, **facts: object) -> None:
        self._session.journal.note_event(kind, **facts)

    async def hold_music(self, *, playing: bool) -> None:
        """What somebody hears who was put on hold; or no longer."""
        music, self._music = self._music, None
        if music is not None:
            await music.stop()
        if playing:
            try:
                self._music = await self._services.speaker.hold_music(self._ear)
            except MediaError as error:
                self._session.journal.note_event("hold_music_failed", reason=str(error))

    async def close(self) -> None:
        """The call is over: close what it began."""
        await self._beside.close()
        if self._music is not None:
            await self._music.stop()
        await self.recorder.close()
        await self._shared.permission.release(self._session)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work beside the flow, until the call's end."""
        self._beside.begin(work)

    async def _tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        try:
            await self._web.request(url, method, {**webhook_params(self.call), **params})
        except WebhookError as error:
            self._session.journal.note_event("not_told", url=url, reason=str(error))

    @property
    def _ear(self) -> list[Ear]:
        return [Ear(self._session.leg.id)]

    async def _live(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._session.until_over(work)


async def close_quietly(stage: LiveStage) -> None:
    """Close even while the task is being cancelled."""
    await to_its_end(stage.close())
