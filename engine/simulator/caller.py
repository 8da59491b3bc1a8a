"""The simulated caller: listens to prompts, then presses keys or speaks, as the script says."""

import asyncio
from collections.abc import Callable
from typing import Final

from engine.flow.plans import HearPlan, Spoken
from engine.simulator.script import Script, ScriptedInput
from engine.simulator.transcript import TranscriptMark

CHARACTERS_A_SECOND: Final = 15.0
"""How fast people, and voices that can't be measured, speak."""
_KEY_S: Final = 1.0

Tell = Callable[[TranscriptMark, str], None]
"""Writes a line of the transcript."""


class SimulatedCaller:
    """Takes the script's inputs in turn, one for each Gather or Record."""

    def __init__(self, script: Script, tell: Tell) -> None:
        self._script = script
        self._tell = tell
        self._input = ScriptedInput()
        self._prompts_over = asyncio.Event()
        self._listening = False

    def hears_a_verb(self, verb: str) -> None:
        """A verb begins."""
        self._prompts_over.clear()
        if verb == "Gather":
            self._input = self._script.next_input()

    def is_waited_for(self, seconds: float) -> None:
        """There is silence for so long."""
        self._prompts_over.set()
        if self._listening:
            self._tell(TranscriptMark.WAITS, f"{seconds:g} s for a key")

    async def key(self, timeout_s: float | None, *, hidden: bool) -> str | None:
        """The next key, None if none comes in time; without a time, it comes after the prompts."""
        if timeout_s is None:
            return await self._key_after_prompts(hidden)
        self._tell(TranscriptMark.WAITS, f"{timeout_s:g} s for a key")
        if not self._input.keys:
            await asyncio.sleep(timeout_s)
            return None
        await asyncio.sleep(min(_KEY_S, timeout_s))
        return self._press(hidden)

    async def speaks(self, plan: HearPlan) -> Spoken:
        """What is said after the prompts; never, if the script has only keys."""
        if not self._input.said:
            await asyncio.Event().wait()
        await self._prompts_over.wait()
        text, self._input = self._input.said, ScriptedInput()
        if plan.partial is not None:
            await plan.partial(text)
        await asyncio.sleep(len(text) / CHARACTERS_A_SECOND + plan.end_silence_s)
        self._tell(TranscriptMark.INPUT, f"says {'•' if plan.hidden else text!r}")
        return Spoken(text, 0.9)

    async def _key_after_prompts(self, hidden: bool) -> str:
        self._listening = True
        try:
            await (self._prompts_over.wait() if self._input.keys else asyncio.Event().wait())
            await asyncio.sleep(_KEY_S)
            return self._press(hidden)
        finally:
            self._listening = False

    def _press(self, hidden: bool) -> str:
        key, self._input = self._input.keys[0], ScriptedInput(self._input.keys[1:])
        self._tell(TranscriptMark.INPUT, f"key {'•' if hidden else key}")
        return key
