"""A stage without a telephone: implements engine.flow.call_actions.Stage, on the loop's own time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from engine.aio.tasks import started, stopped
from engine.errors import LegGone, RecordingError
from engine.flow.call_actions import Waiting
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import (
    CallRecordingPlan,
    DialOutcome,
    DialPlan,
    DialRecord,
    HearPlan,
    QueueEntry,
    RecordOutcome,
    RecordPlan,
    ReferOutcome,
    ReferPlan,
    RoomOutcome,
    RoomPlan,
    Spoken,
    WhisperPlan,
)
from engine.flow.queue_plans import QueueOutcome, QueuePlan, ServePlan
from engine.model.call import Call, Status
from engine.model.languages import LANGUAGES
from engine.model.queue import QueueResult
from engine.ports import Cause, Speech
from engine.simulator.caller import CHARACTERS_A_SECOND, SimulatedCaller
from engine.simulator.script import Script, ScriptedAnswer
from engine.simulator.transcript import Line, SimulationTranscript, TranscriptMark, TranscriptSound
from engine.webhooks.payloads.queue import waiting_params

TALK_S: Final = 10.0
"""How long a simulated talk, message or stay in a conference lasts."""
FAILURES: Final = frozenset({"prompt_failed", "play_failed", "verb_failed"})
"""Events after which a caller did not hear or do what the flow says."""
RING_S: Final = 4.0
QUEUE_S: Final = 20.0
FILE_S: Final = 5.0

Measure = Callable[[Speech], float | None]
"""How long a text takes to speak, in seconds, where that is known. Raises SpeechError."""
Perform = Callable[[GoTo, "SimulatedStage"], Awaitable[None]]


class SimulatedStage:
    """Writes what happens into a transcript; the script says what people do."""

    def __init__(
        self, call: Call, script: Script, transcript: SimulationTranscript, measure: Measure, perform: Perform
    ) -> None:
        self._call = call
        self._script = script
        self._transcript = transcript
        self._measure = measure
        self._perform = perform
        self._answered = False
        self._caller = SimulatedCaller(script, self.line)
        self._hidden = False
        self._recordings = 0

    @property
    def call(self) -> Call:
        return self._call

    @property
    def language(self) -> str:
        return self._call.language

    @property
    def recognized_languages(self) -> frozenset[str]:
        return LANGUAGES

    async def performing(self, verb: str) -> None:
        self._caller.hears_a_verb(verb)

    async def answer(self) -> None:
        if not self._answered:
            self._answered = True
            self.line(TranscriptMark.CALL, f"{self._call.to} answers {self._call.from_}")

    async def say(self, speech: Speech) -> None:
        await self.answer()
        voice = f", voice {speech.voice}" if speech.voice else ""
        self.line(TranscriptMark.SAYS, f"({speech.language}{voice}) {speech.text}")
        seconds = self._measure(speech) or max(len(speech.text) / CHARACTERS_A_SECOND, 0.5)
        await self._sounds(TranscriptSound(self.now_s, seconds, speech=speech))

    async def play(self, url: str, rounds: Iterable[int] = (0,)) -> None:
        await self.answer()
        for _ in rounds:
            self.line(TranscriptMark.PLAYS, url)
            await self._sounds(TranscriptSound(self.now_s, FILE_S, source=url))

    async def pause(self, seconds: float) -> None:
        self._caller.is_waited_for(seconds)
        await asyncio.sleep(seconds)

    async def digit(self, timeout_s: float | None, *, hidden: bool = False) -> str | None:
        await self.answer()
        return await self._caller.key(timeout_s, hidden=hidden)

    def forget_digits(self) -> None:
        """Nobody presses a key that nobody waits for."""

    async def hide(self, hidden: bool) -> None:
        self._hidden = hidden
        self.line(TranscriptMark.REMARK, "the input is masked" if hidden else "the input is no longer masked")

    async def send_digits(self, digits: str) -> None:
        await self.answer()
        self.line(TranscriptMark.PLAYS, f"keys {digits}")
        await asyncio.sleep(0.2 * len(digits))

    async def hear(self, plan: HearPlan) -> Spoken | None:
        return await self._caller.speaks(plan)

    async def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        self.line(TranscriptMark.ASKS, f"{method} {url}  {_shown(params)}")

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        await self.answer()
        self.line(TranscriptMark.SAYS, f"({self.language}) an announcement that the call is recorded")
        if plan.beep:
            await self._sounds(TranscriptSound(self.now_s, 0.4, source="beep"))
        taken = self._script.next_input()
        ended_by = next((key for key in taken.keys if key in plan.finish_on), "")
        seconds = min(TALK_S, plan.max_s)
        self.line(
            TranscriptMark.INPUT, f"leaves a message of {seconds:g} s{f', ended by {ended_by}' if ended_by else ''}"
        )
        await asyncio.sleep(seconds)
        self._recordings += 1
        identifier = f"RE{self._recordings:032x}"
        return RecordOutcome(identifier, f"https://telefoon.example/recordings/{identifier}", int(seconds), ended_by)

    async def record_call(self, plan: CallRecordingPlan) -> None:
        await self.answer()
        if self._hidden:
            raise RecordingError("The input is masked.")
        self.line(TranscriptMark.REMARK, f"the call is recorded from here on ({plan.tracks}, {plan.channels})")

    async def dial(self, plan: DialPlan) -> DialOutcome:
        if not plan.answer_on_bridge:
            await self.answer()
        together = "one after the other" if plan.sequential else "together"
        names = ", ".join(f"client {each.address}" if each.client else each.address for each in plan.targets)
        self.line(TranscriptMark.CALL, f"dials {names}{f' ({together})' if len(plan.targets) > 1 else ''}")
        answers = 1 if not plan.sequential else len(plan.targets)
        answer, target = ScriptedAnswer.NO_ANSWER, plan.targets[0]
        for target in plan.targets[:answers]:
            await self._sounds(TranscriptSound(self.now_s, RING_S, source=f"ringing {plan.ring_tone or ''}".strip()))
            answer = self._script.next_answer()
            self.line(TranscriptMark.CALL, f"{target.address}: {answer}")
            if answer is ScriptedAnswer.ANSWER:
                break
        if answer is not ScriptedAnswer.ANSWER:
            return DialOutcome(answer.status, _CHILD, 0)
        await self.answer()
        await self._whisper(target.address, target.whisper)
        return await self._talk(target.address, plan.limit_s, recorded=plan.recording.mode is not DialRecord.NOTHING)

    async def join(self, plan: RoomPlan, waiting: Waiting | None) -> RoomOutcome:
        await self.answer()
        self.line(TranscriptMark.CALL, f"enters the conference {plan.name!r}{', muted' if plan.muted else ''}")
        if not plan.start_on_enter and waiting is not None:
            await waiting({"ConferenceSid": _ROOM})
        seconds = min(TALK_S, plan.limit_s or TALK_S)
        await asyncio.sleep(seconds)
        self.line(TranscriptMark.CALL, f"leaves the conference after {seconds:g} s")
        return RoomOutcome(_ROOM, QueueEntry.ENTERED, int(seconds))

    async def enqueue(self, plan: QueuePlan, waiting: Waiting | None) -> QueueOutcome:
        """An `answer` of the script serves it after a while; without one nobody does, and the limit ends the wait."""
        await self.answer()
        self.line(
            TranscriptMark.CALL,
            f"waits in the queue {plan.name!r}{f', priority {plan.priority}' if plan.priority else ''}",
        )
        began = self.now_s
        served = bool(self._script.answers) and self._script.next_answer() is ScriptedAnswer.ANSWER
        entertained = started(self._entertain(waiting))
        try:
            await asyncio.wait({entertained}, timeout=QUEUE_S if served else None)
            seconds = int(self.now_s - began)
            if entertained.done():
                entertained.result()
                self.line(TranscriptMark.CALL, f"leaves the queue after {seconds} s")
                return QueueOutcome(QueueResult.LEAVE, _QUEUE, seconds)
        finally:
            await stopped(entertained)
        self.line(TranscriptMark.CALL, f"an agent takes the call after {seconds} s")
        await self._talk("the agent", None, recorded=False)
        return QueueOutcome(QueueResult.BRIDGED, _QUEUE, seconds)

    async def serve(self, plan: ServePlan) -> DialOutcome:
        await self.answer()
        answer = self._script.next_answer()
        if answer is not ScriptedAnswer.ANSWER:
            self.line(TranscriptMark.CALL, f"nobody waits in the queue {plan.name!r}")
            await asyncio.sleep(plan.answer_timeout_s)
            return DialOutcome(Status.NO_ANSWER, None, 0)
        self.line(TranscriptMark.CALL, f"takes the first out of the queue {plan.name!r}")
        await self._whisper("who waited", plan.whisper)
        return await self._talk("who waited", plan.limit_s, recorded=False)

    async def echo(self) -> None:
        await self.answer()
        self.line(TranscriptMark.CALL, f"hears itself for {TALK_S:g} s and hangs up")
        await asyncio.sleep(TALK_S)
        raise LegGone("the caller hung up")

    async def refer(self, plan: ReferPlan) -> ReferOutcome:
        self.line(TranscriptMark.CALL, f"is sent on to {plan.target}")
        return ReferOutcome(202, 200)

    async def hang_up(self) -> None:
        self.line(TranscriptMark.CALL, "is hung up")

    async def reject(self, cause: Cause) -> None:
        self.line(TranscriptMark.CALL, f"is refused ({cause.sip_code})")

    async def note(self, kind: str, **facts: object) -> None:
        told = f"{kind.replace('_', ' ')}: {', '.join(str(each) for each in facts.values())}"
        if kind in FAILURES:
            self._transcript.faults.append(told)
        self.line(TranscriptMark.REMARK, told)

    def line(self, mark: TranscriptMark, text: str) -> None:
        """Write a line."""
        self._transcript.lines.append(Line(self.now_s, mark, text))

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def _sounds(self, sound: TranscriptSound) -> None:
        self._transcript.sounds.append(sound)
        await asyncio.sleep(sound.seconds)

    async def _whisper(self, whom: str, whisper: WhisperPlan | None) -> None:
        if whisper is not None:
            self.line(TranscriptMark.REMARK, f"{whom} alone hears {whisper.url}:")
            await self._perform(GoTo(whisper.url, HttpMethod(whisper.method)), self)

    async def _talk(self, whom: str, limit_s: int | None, *, recorded: bool) -> DialOutcome:
        seconds = min(TALK_S, limit_s or TALK_S)
        self.line(
            TranscriptMark.CALL,
            f"talks to {whom} for {seconds:g} s{', recorded after an announcement' if recorded else ''}",
        )
        await asyncio.sleep(seconds)
        url = "https://telefoon.example/recordings/dial" if recorded else None
        return DialOutcome(Status.COMPLETED, _CHILD, int(seconds), 200, url, bridged=True)

    async def _entertain(self, waiting: Waiting | None) -> None:
        if waiting is None:
            self.line(TranscriptMark.PLAYS, "music")
            await asyncio.Event().wait()
            return
        began, left = self.now_s, False
        while not left:
            waited_s = int(self.now_s - began)
            left = await waiting(
                waiting_params(_QUEUE, position=1, waited_s=waited_s, average_s=None, size=1, longest=100)
            )


def _shown(params: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in params.items())


_CHILD: Final = f"CA{2:032x}"
_ROOM: Final = f"CF{1:032x}"
_QUEUE: Final = f"QU{1:032x}"
