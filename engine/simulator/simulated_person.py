"""Somebody on a simulated call who listens to prompts, and then presses keys or speaks."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from engine.aio.tasks import BackgroundTasks
from engine.simulator.narrator import Narrator
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.script import ScriptedInput
from engine.simulator.transcript import TranscriptMark
from engine.testing.bridge import FakeBridge
from engine.testing.far_end import FarEnd

KEY_S: Final = 0.9
"""From the end of the prompts to the first key, and from one key to the next."""
_QUIET_S: Final = 0.1
_WAIT_S: Final = 60.0
_PATIENCE_S: Final = 30.0
"""How long who has something to say or press listens to prompts."""


class SimulatedPerson:
    """A person on the line. `input` is what it still has to say or press to the verb that is being performed."""

    def __init__(
        self, far_end: FarEnd, bridge: FakeBridge, narrator: Narrator, recognizer: ScriptedRecognizer,
        tasks: BackgroundTasks,
    ) -> None:  # fmt: skip
        self.far_end = far_end
        self.input = ScriptedInput()
        self.recorded = asyncio.Event()
        self._bridge = bridge
        self._narrator = narrator
        self._recognizer = recognizer
        self._tasks = tasks
        self._turn = 0

    def begins_anew(self) -> None:
        """Another verb is performed: what was to be done for the one before is not any more."""
        self._turn += 1
        self.input = ScriptedInput()
        self.recorded.clear()
        self._recognizer.words = ""
        if self.far_end.leg.answered and not self.far_end.is_over:
            self.far_end.talks()

    def does(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside what the call does."""
        self._tasks.begin(work)

    async def gives_input(self, timeout_s: int) -> None:
        """After the prompts, keys or words; into them where they have no end."""
        turn = self._turn
        try:
            async with asyncio.timeout(_PATIENCE_S if self.input != ScriptedInput() else None):
                await self._quiet(turn)
        except TimeoutError:
            self._narrator.line(TranscriptMark.WAITS, f"no longer than {_PATIENCE_S:g} s for the prompts' end")
        else:
            if turn == self._turn:
                self._narrator.line(TranscriptMark.WAITS, f"{timeout_s:g} s for a key")
        await self._press(self.input.keys, turn)
        if self.input.said and turn == self._turn:
            await asyncio.sleep(KEY_S)
            self._recognizer.words = self.input.said

    async def presses(self, keys: str) -> None:
        """After what is being said."""
        turn = self._turn
        await self._quiet(turn)
        await self._press(keys, turn)

    async def leaves_a_message(self, seconds: float) -> None:
        """Once it is recorded; at its end a key, if there is one, or silence."""
        turn, keys = self._turn, self.input.keys
        await self.recorded.wait()
        self._narrator.line(TranscriptMark.INPUT, f"leaves a message of {seconds:g} s")
        await asyncio.sleep(seconds)
        if turn != self._turn or self.far_end.is_over:
            return
        self.far_end.presses(keys)
        if not keys:
            self.far_end.falls_silent()

    async def _press(self, keys: str, turn: int) -> None:
        for key in keys:
            await asyncio.sleep(KEY_S)
            if turn != self._turn:
                return
            self.far_end.presses(key)

    async def _quiet(self, turn: int) -> None:
        """Until nothing is heard for a moment."""
        while turn == self._turn and not self.far_end.is_over:
            while self.far_end.hears_now:
                await self._bridge.changed.wait(_WAIT_S)
            await asyncio.sleep(_QUIET_S)
            if not self.far_end.hears_now:
                return
