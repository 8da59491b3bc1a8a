"""A test of the speech driver at start: whether what was asked for is what was spoken."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tts.script import Script, of_plain_text
from tts.voices import EngineName, Voice

_TEXT: Final = "One two three four five six seven eight nine ten."
_SLOW: Final = 100
_FAST: Final = 200
_ROUNDS: Final = 4
_LEAST_RATIO: Final = 1.5  # twice as fast takes half the time; less, as pauses shrink less than words

Seconds = Callable[[Script, Sequence[Voice | None], int | None], Awaitable[float]]
"""Renders a script with these voices at a rate, and tells how long it takes to say."""


@dataclass(frozen=True, slots=True)
class VoiceCheck:
    """The result of one voice's trial."""

    language: str
    engine: EngineName
    voice: str
    ok: bool
    detail: str


async def rate_faults(seconds: Seconds) -> list[str]:
    """Alternate two rates; the driver, left alone, speaks one time in three with the rate of before.

    Empty if all is well. It guards the cures in tts/engines/espeak.py against another pyttsx3.
    """
    voice = Voice(EngineName.PYTTSX3, "gmw/en")
    script = of_plain_text(_TEXT, "en-GB", None)
    faults: list[str] = []
    for _ in range(_ROUNDS):
        slow = await seconds(script, [voice], _SLOW)
        fast = await seconds(script, [voice], _FAST)
        if slow < fast * _LEAST_RATIO:
            faults.append(
                f"the espeak driver ignores the rate ({slow:.2f} s at {_SLOW} words per minute, "
                f"{fast:.2f} s at {_FAST}). Install the pinned version of pyttsx3."
            )
    return faults
