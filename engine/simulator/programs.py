"""The programs of a simulated call: streams and conversations that go as their script says."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from engine.errors import LegGone, MediaError, SpeechError
from engine.flow.program_plans import AgentOutcome, AgentPlan, AgentStatus, StreamOrder, StreamOutcome
from engine.live.calls.programs import CallPrograms, StreamsOfCalls
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.ports import Ear, Speech
from engine.simulator.narrator import Narrator
from engine.simulator.program_script import ProgramScript, ProgramStep, ProgramStepKind
from engine.simulator.transcript import TranscriptMark
from engine.testing.speech import CHARACTERS_A_SECOND
from engine.webhooks.call_web import CallWeb

_STREAM_ID: Final = f"MZ{1:032x}"
_END: Final = ProgramStep(ProgramStepKind.END)
_SOUND: Final = ProgramStep(ProgramStepKind.PLAY, seconds=10.0)
"""What a program plays that has no script."""
_SESSION_ID: Final = f"VX{1:032x}"
_LOST: Final = "The connection was lost."
_LOST_CODE: Final = "39001"
"""The field's code of a conversation whose connection was lost."""


@dataclass(frozen=True, slots=True)
class _Performance:
    """A program at work on a call: it speaks a language with a voice, and the person on the line answers."""

    session: Session
    services: CallServices
    narrator: Narrator
    language: str
    voice: str | None = None

    async def to_its_end(self, steps: Iterable[ProgramStep]) -> ProgramStep:
        """Take the steps; the one that ends it. Raises LegGone."""
        return await self.session.until_over(self._all(steps))

    async def _all(self, steps: Iterable[ProgramStep]) -> ProgramStep:
        last = _END
        for last in steps:
            await self._does(last)
        return last

    async def _does(self, step: ProgramStep) -> None:
        match step.kind:
            case ProgramStepKind.SAY:
                await self._says(step.text)
            case ProgramStepKind.PLAY:
                self.narrator.line(TranscriptMark.PLAYS, f"sound of the program for {step.seconds:g} s")
                await asyncio.sleep(step.seconds)
            case ProgramStepKind.HEAR:
                self.narrator.line(TranscriptMark.INPUT, f"says {step.text!r}")
                await asyncio.sleep(len(step.text) / CHARACTERS_A_SECOND)
            case ProgramStepKind.KEY:
                self.narrator.line(TranscriptMark.INPUT, f"key {step.text}")
            case ProgramStepKind.WAIT:
                await asyncio.sleep(step.seconds)
            case ProgramStepKind.END:
                handed = f": {step.text!r}" if step.text else ""
                self.narrator.line(TranscriptMark.CALL, f"the program ends it{handed}")
            case ProgramStepKind.FAIL:
                self.narrator.line(TranscriptMark.REMARK, f"the program fails: {step.text or _LOST}")

    async def _says(self, text: str) -> None:
        try:
            await self.services.speaker.say(Speech(text, self.language, self.voice), [Ear(self.session.leg.id)])
        except (SpeechError, MediaError) as error:
            self.session.journal.note_event("prompt_failed", text=text, reason=str(error))


class SimulatedStreams:
    """Media streams of simulated calls: those of the node, but a two-way one goes by its script.

    Implements engine.live.calls.programs.StreamsOfCalls.
    """

    def __init__(
        self, script: ProgramScript, narrator: Narrator, services: CallServices, streams: StreamsOfCalls
    ) -> None:
        self._script = script
        self._narrator = narrator
        self._services = services
        self._streams = streams

    async def start(self, session: Session, order: StreamOrder) -> None:
        await self._streams.start(session, order)

    async def stop(self, session: Session, name: str) -> None:
        await self._streams.stop(session, name)

    async def connect(self, session: Session, order: StreamOrder) -> StreamOutcome:
        self._narrator.line(TranscriptMark.CALL, f"is connected to the program at {order.url}")
        performance = _Performance(session, self._services, self._narrator, session.call.language)
        began_s = self._services.clock.monotonic()
        last = await performance.to_its_end(self._script.next_program(_SOUND))
        seconds = round(self._services.clock.monotonic() - began_s)
        return StreamOutcome(_STREAM_ID, seconds, _error_of(last))


class SimulatedAgents:
    """Conversations of simulated calls by text (engine.live.calls.programs.AgentsOfCalls)."""

    def __init__(self, script: ProgramScript, narrator: Narrator, services: CallServices) -> None:
        self._script = script
        self._narrator = narrator
        self._services = services

    async def converse(self, session: Session, plan: AgentPlan, web: CallWeb) -> AgentOutcome:
        del web
        self._narrator.line(TranscriptMark.CALL, f"converses with the program at {plan.url}")
        language = plan.spoken or session.call.language
        performance = _Performance(session, self._services, self._narrator, language, plan.voice)
        welcome = [ProgramStep(ProgramStepKind.SAY, plan.welcome)] if plan.welcome else []
        began_s = self._services.clock.monotonic()
        try:
            last = await performance.to_its_end(chain(welcome, self._script.next_program()))
        except LegGone:
            return AgentOutcome(_SESSION_ID, AgentStatus.COMPLETED, self._since(began_s))
        if last.kind is ProgramStepKind.FAIL:
            return AgentOutcome(
                _SESSION_ID,
                AgentStatus.FAILED,
                self._since(began_s),
                error_code=_LOST_CODE,
                error_message=_error_of(last),
            )
        return AgentOutcome(_SESSION_ID, AgentStatus.ENDED, self._since(began_s), last.text)

    def _since(self, began_s: float) -> int:
        return round(self._services.clock.monotonic() - began_s)


@dataclass(frozen=True, slots=True)
class SimulatedPrograms:
    """Makes the programs that the calls of a simulated node reach (engine.live.calls.programs.MakePrograms)."""

    script: ProgramScript
    narrator: Narrator

    def __call__(self, services: CallServices, own: CallPrograms) -> CallPrograms:
        return CallPrograms(
            SimulatedStreams(self.script, self.narrator, services, own.streams),
            SimulatedAgents(self.script, self.narrator, services),
        )


def _error_of(last: ProgramStep) -> str:
    return (last.text or _LOST) if last.kind is ProgramStepKind.FAIL else ""
