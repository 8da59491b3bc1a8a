"""What a simulated person does to a program that is reached: says, interrupts, presses keys, and hangs up at last."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from engine.errors import MediaError, SpeechError
from engine.simulator.narrator import Narrator
from engine.simulator.outside import OutsideStream, PersonsWords
from engine.simulator.program_script import SAID_BY_PERSONS, ProgramStep, ProgramStepKind
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.transcript import TranscriptMark

_GREETS_WITHIN_S: Final = 1.5
_ANSWERS_WITHIN_S: Final = 10.0
_ANSWERS_KEYS_WITHIN_S: Final = 3.0
_SOON_S: Final = 1.0
"""After which somebody interrupts who does."""
_DONE_AFTER_S: Final = 0.8
"""A program that has been silent for so long has said what it had to say."""
_LONGEST_TURN_S: Final = 120.0
_KEY_S: Final = 0.3
_LOOKS_EVERY_S: Final = 0.05


class ReachedProgram(Protocol):
    """A program that is reached, as the person on the line knows it."""

    @property
    def turns(self) -> int:
        """How often it has begun to say something, or has said more."""
        ...

    @property
    def is_speaking(self) -> bool: ...

    async def is_told(self, step: ProgramStep) -> None:
        """Have the person say it. Raises SpeechError, MediaError where it can't be said."""
        ...


class ReachedTalk:
    """One program that is reached, and what a person does to it; `address` is empty for the flow's own."""

    def __init__(self, address: str, steps: Sequence[ProgramStep], narrator: Narrator) -> None:
        self.address = address
        self.stream_id = ""
        """Of the program's media stream, where it has one."""
        self.is_over = False
        self._steps = deque(steps)
        self._narrator = narrator
        self._has_begun = False

    def words(self, language: str) -> list[PersonsWords]:
        """All that is still to be said."""
        return [words_of(step, language) for step in self._steps if step.kind in SAID_BY_PERSONS]

    async def perform(self, program: ReachedProgram, *, holds_the_flow: bool) -> None:
        """All that stands in the script; who holds the flow hangs up then. Once, also where it is connected again."""
        if self._has_begun:
            return
        self._has_begun = True
        await self._until(lambda: bool(program.turns), _GREETS_WITHIN_S)
        while self._steps and not self._ended:
            await self._does(self._steps[0], program)
            if not self._ended:
                self._steps.popleft()
        if self._steps:
            unsaid = ", ".join(f"{step.kind}:{step.text}" for step in self._steps)
            self._narrator.line(TranscriptMark.REMARK, f"the talk was over before: {unsaid}")
        elif holds_the_flow:
            await self._hang_up(program)

    @property
    def _ended(self) -> bool:
        caller = self._narrator.caller
        return self.is_over or self._narrator.ended.is_set() or caller is None or caller.is_over

    async def _does(self, step: ProgramStep, program: ReachedProgram) -> None:
        if step.kind is not ProgramStepKind.INTERRUPT:
            await self._quiet(program)
        if self._ended:
            return
        before = program.turns
        match step.kind:
            case ProgramStepKind.WAIT:
                await asyncio.sleep(step.seconds)
            case ProgramStepKind.KEY:
                await self._press(step.text)
                await self._until(lambda: program.turns > before, _ANSWERS_KEYS_WITHIN_S)
            case ProgramStepKind.INTERRUPT:
                await asyncio.sleep(_SOON_S)
                await self._says(step, program)
            case _:
                await self._says(step, program)

    async def _says(self, step: ProgramStep, program: ReachedProgram) -> None:
        before = program.turns
        try:
            await program.is_told(step)
        except (SpeechError, MediaError) as error:
            self._narrator.fails(f"{step.text!r} is not said: {error}")
            return
        if not await self._until(lambda: program.turns > before, _ANSWERS_WITHIN_S) and not self._ended:
            self._narrator.line(TranscriptMark.REMARK, f"the program has not answered within {_ANSWERS_WITHIN_S:g} s")

    async def _says_more(self, program: ReachedProgram, within_s: float) -> bool:
        """Whether the program says something now, for which is waited so long."""
        before = program.turns
        return await self._until(lambda: program.turns > before, within_s)

    async def _press(self, keys: str) -> None:
        for key in keys:
            if not self._ended and self._narrator.caller is not None:
                self._narrator.caller.presses(key)
            await asyncio.sleep(_KEY_S)

    async def _hang_up(self, program: ReachedProgram) -> None:
        goes_on = True
        while goes_on and not self._ended:
            await self._quiet(program)
            goes_on = await self._says_more(program, _ANSWERS_KEYS_WITHIN_S)
        if not self._ended and self._narrator.caller is not None:
            self._narrator.line(TranscriptMark.CALL, "has nothing more to say")
            self._narrator.caller.hangs_up()

    async def _quiet(self, program: ReachedProgram) -> None:
        """Until the person has heard nothing for a moment."""
        clock = asyncio.get_running_loop()
        heard_s, turns, end_s = clock.time(), program.turns, clock.time() + _LONGEST_TURN_S
        while not self._ended and clock.time() < min(heard_s + _DONE_AFTER_S, end_s):
            await asyncio.sleep(_LOOKS_EVERY_S)
            if program.is_speaking or program.turns != turns:
                heard_s, turns = clock.time(), program.turns

    async def _until(self, there: Callable[[], bool], within_s: float) -> bool:
        """Wait for it, for so long, and while the talk lasts; whether it has come."""
        await _looked(lambda: there() or self._ended, within_s)
        return there()


def words_of(step: ProgramStep, language: str) -> PersonsWords:
    """What is said in a step."""
    if step.kind is ProgramStepKind.SOUND:
        return PersonsWords("", language, Path(step.text))
    return PersonsWords(step.text, language)


class ReachedBySound:
    """A program that hears and speaks by sound. Implements ReachedProgram."""

    def __init__(self, stream: OutsideStream, narrator: Narrator, language: str) -> None:
        self._stream = stream
        self._narrator = narrator
        self._language = language

    @property
    def turns(self) -> int:
        return self._stream.sounds

    @property
    def is_speaking(self) -> bool:
        caller = self._narrator.caller
        return self._stream.is_heard or (caller is not None and bool(caller.hears_now))

    async def is_told(self, step: ProgramStep) -> None:
        said = f"what is in {step.text}" if step.kind is ProgramStepKind.SOUND else repr(step.text)
        self._narrator.line(TranscriptMark.INPUT, f"says {said}")
        await self._stream.hear_person(words_of(step, self._language))


class ReachedByText:
    """A program that talks by text, which the platform speaks and understands. Implements ReachedProgram."""

    def __init__(self, narrator: Narrator, recognizer: ScriptedRecognizer) -> None:
        self._narrator = narrator
        self._recognizer = recognizer
        self._prompts = 0
        self.turns = 0

    @property
    def is_speaking(self) -> bool:
        return self._narrator.caller is not None and bool(self._narrator.caller.hears_now)

    def is_prompted(self) -> None:
        """Count that it was told what the person has said."""
        self._prompts += 1

    async def is_told(self, step: ProgramStep) -> None:
        if step.kind is ProgramStepKind.SOUND:
            raise MediaError("The program gets words, not sound: write hear:TEXT.")
        before = self._prompts
        self._recognizer.words = step.text
        understood_s = len(step.text) + _ANSWERS_WITHIN_S
        await _looked(lambda: self._prompts > before or self._narrator.ended.is_set(), understood_s)


async def _looked(there: Callable[[], bool], within_s: float) -> None:
    """Look again and again, for so long."""
    clock = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(clock.time() + within_s):
            for _ in count():
                if there():
                    return
                await asyncio.sleep(_LOOKS_EVERY_S)
    except TimeoutError:
        return
