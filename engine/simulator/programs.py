"""The programs of a simulated call: behind its streams and conversations, they do what the script says."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import first_of
from engine.ports import StreamEnded
from engine.ports.agents import ConnectionEnd
from engine.simulator.narrator import Narrator
from engine.simulator.program_script import ProgramScript, ProgramStep, ProgramStepKind
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.transcript import TranscriptMark
from engine.testing.agent_program import FakeAgentProgram
from engine.testing.assembly import Surroundings
from engine.testing.programs import FakeProgram
from engine.testing.speech import CHARACTERS_A_SECOND

_SOUND: Final = ProgramStep(ProgramStepKind.PLAY, seconds=10.0)
"""What a program plays that has no script."""
_LOST: Final = "The connection was lost."
_LOST_CODE: Final = 1006
"""Of a connection that ends without a Close (RFC 6455 §7.1.5)."""
_KEY_S: Final = 0.3
_QUIET_S: Final = 0.1
_SOON_S: Final = 1.0
"""After what somebody interrupts who does."""
_UNDERSTOOD_WITHIN_S: Final = 30.0
_WAIT_S: Final = 60.0


class _Performing(Protocol):
    """What a kind of program can do on the line."""

    async def says(self, text: str) -> None:
        """The program says a text."""
        ...

    async def is_told(self, text: str) -> None:
        """The person says a text, and the program has heard it."""
        ...

    def ends(self, step: ProgramStep) -> None:
        """The program ends it, or its connection is lost."""
        ...


class SimulatedPrograms:
    """The programs that a simulated node's calls reach: they are reached at once."""

    def __init__(
        self, script: ProgramScript, narrator: Narrator, around: Surroundings, recognizer: ScriptedRecognizer,
        tasks: BackgroundTasks,
    ) -> None:  # fmt: skip
        self._script = script
        self._narrator = narrator
        self._around = around
        self._recognizer = recognizer
        self._tasks = tasks
        self._prompted = Signal()
        around.programs.on_heard = self._is_heard
        around.agent.answering = self._answers

    def _is_heard(self, program: FakeProgram) -> None:
        """A stream's program is heard from now on."""
        steps = self._script.next_program(_SOUND)
        self._tasks.begin(self._perform(steps, _OfStream(program, self._narrator)))

    def _answers(self, told: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        """What a program that talks by text is told: that a conversation begins, or what the person has said."""
        match told["type"]:
            case "setup":
                agent = _OfConversation(self._around.agent, self._recognizer, self._prompted)
                self._tasks.begin(self._perform(self._script.next_program(), agent))
            case "prompt" if told["last"]:
                self._prompted.set()
        return ()

    async def _perform(self, steps: Iterable[ProgramStep], performing: _Performing) -> None:
        for step in steps:
            if step.kind is ProgramStepKind.INTERRUPT:
                await asyncio.sleep(_SOON_S)
            else:
                await self._quiet()
            if not self._narrator.ended.is_set():
                await self._does(step, performing)

    async def _does(self, step: ProgramStep, performing: _Performing) -> None:
        match step.kind:
            case ProgramStepKind.SAY:
                await performing.says(step.text)
            case ProgramStepKind.HEAR | ProgramStepKind.INTERRUPT:
                await performing.is_told(step.text)
            case ProgramStepKind.PLAY:
                self._narrator.line(TranscriptMark.PLAYS, f"sound of the program for {step.seconds:g} s")
                await asyncio.sleep(step.seconds)
            case ProgramStepKind.WAIT:
                await asyncio.sleep(step.seconds)
            case ProgramStepKind.KEY:
                await self._press(step.text)
            case ProgramStepKind.END | ProgramStepKind.FAIL:
                self._tell_end(step)
                performing.ends(step)

    def _tell_end(self, step: ProgramStep) -> None:
        if step.kind is ProgramStepKind.FAIL:
            self._narrator.line(TranscriptMark.REMARK, f"the program fails: {why_lost(step)}")
        else:
            handed = f": {step.text!r}" if step.text else ""
            self._narrator.line(TranscriptMark.CALL, f"the program ends it{handed}")

    async def _press(self, keys: str) -> None:
        for key in keys:
            if self._narrator.caller is not None and not self._narrator.caller.is_over:
                self._narrator.caller.presses(key)
            await asyncio.sleep(_KEY_S)

    async def _quiet(self) -> None:
        """Until the caller hears nothing for a moment."""
        caller = self._narrator.caller
        while caller is not None and not caller.is_over:
            await asyncio.sleep(_QUIET_S)
            if not caller.hears_now:
                return
            await self._around.bridge.changed.wait(_WAIT_S)


class _OfStream:
    """A program that hears and speaks by sound: what it says is told, and takes as long as it would."""

    def __init__(self, program: FakeProgram, narrator: Narrator) -> None:
        self._program = program
        self._narrator = narrator

    async def says(self, text: str) -> None:
        seconds = len(text) / CHARACTERS_A_SECOND
        self._narrator.program_says(text, seconds)
        await asyncio.sleep(seconds)

    async def is_told(self, text: str) -> None:
        self._narrator.line(TranscriptMark.INPUT, f"says {text!r}")
        await asyncio.sleep(len(text) / CHARACTERS_A_SECOND)

    def ends(self, step: ProgramStep) -> None:
        is_lost = step.kind is ProgramStepKind.FAIL
        self._program.happens(StreamEnded(_LOST_CODE, why_lost(step)) if is_lost else StreamEnded(1000, ""))


class _OfConversation:
    """A program that talks by text, which the platform speaks and understands."""

    def __init__(self, program: FakeAgentProgram, recognizer: ScriptedRecognizer, prompted: Signal) -> None:
        self._program = program
        self._recognizer = recognizer
        self._prompted = prompted

    async def says(self, text: str) -> None:
        self._program.says(text)

    async def is_told(self, text: str) -> None:
        self._prompted.clear()
        self._recognizer.words = text
        await first_of(self._prompted, timeout_s=_UNDERSTOOD_WITHIN_S)

    def ends(self, step: ProgramStep) -> None:
        if step.kind is ProgramStepKind.FAIL:
            self._program.connections[-1].breaks(ConnectionEnd(None, why_lost(step)))
        else:
            self._program.sends(type="end", **({"handoffData": step.text} if step.text else {}))


def why_lost(step: ProgramStep) -> str:
    """Why the connection is lost, in words."""
    return step.text or _LOST
