"""The engine's Tones: computed sounds as WAV files, kept in the prompts' cache."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import soundfile

from tts.cache import PromptCache
from tts.hold_music import hold_music
from tts.tones import Samples, ToneKind, beep, period, recording_tone, tone_of

_RECIPE_VERSION: Final = 1
"""Raised when a tone is computed in another way, so that old files are not used."""


@dataclass(frozen=True, slots=True)
class ToneService:
    """Each method gives the path of a mono 16-bit WAV at rate_hz, computed at the first call."""

    cache: PromptCache

    async def ringback(self, country: str, *, rate_hz: int) -> Path:
        """What a caller hears while it rings: one period, made to loop. `country` as in Tones."""
        return await self.tone(ToneKind.RINGBACK, country, rate_hz=rate_hz)

    async def tone(self, kind: ToneKind, country: str, *, rate_hz: int) -> Path:
        """One period of a country's tone, made to loop. Raises MediaError if `country` is not two letters."""
        tone = tone_of(kind, country)
        # By what is heard, not by the country: many share a tone.
        return await self._file(f"{tone.hz} {tone.cadence_s}", rate_hz, lambda: period(tone, rate_hz))

    async def beep(self, *, rate_hz: int) -> Path:
        """The signal before a recording."""
        return await self._file("beep", rate_hz, lambda: beep(rate_hz))

    async def recording_tone(self, *, rate_hz: int) -> Path:
        """What tells those on a call that it is being recorded."""
        return await self._file("recording", rate_hz, lambda: recording_tone(rate_hz))

    async def hold_music(self, *, rate_hz: int) -> Path:
        """Music on hold, made to loop."""
        return await self._file("hold music", rate_hz, lambda: hold_music(rate_hz))

    async def _file(self, name: str, rate_hz: int, sound: Callable[[], Samples]) -> Path:
        def write(out: Path) -> None:
            soundfile.write(out, sound(), rate_hz, subtype="PCM_16", format="WAV")

        async def make(out: Path) -> None:
            await asyncio.to_thread(write, out)

        recipe = {"tone": name, "rate_hz": rate_hz, "version": _RECIPE_VERSION}
        return await self.cache.get(recipe, make)
