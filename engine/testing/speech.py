"""Speech, tones and files without sound: each is known by its text or name, and lasts as long as it would."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from engine.errors import SpeechError, WebhookError
from engine.model.languages import LANGUAGES
from engine.ports import Clock, Speech
from engine.testing.sounds import Sound, Sounds
from engine.webhooks.call_web import CallWeb

CHARACTERS_A_SECOND: Final = 15.0
"""How fast voices speak."""
BEEP: Final = Sound("beep", 0.4)
RECORDING_TONE: Final = Sound("recording tone", 0.5)
HOLD_MUSIC: Final = Sound("hold music", 60.0)
_RINGBACK_S: Final = 4.0
_FILE_S: Final = 5.0
_SHORTEST_S: Final = 0.5


def ringback_of(country: str) -> Sound:
    """One period of a country's ringing tone."""
    return Sound(f"ringing of {country}", _RINGBACK_S)


class FakeSynthesizer:
    """A synthesizer without sound; texts in `unspeakable` fail, others take `takes_s` to be made."""

    def __init__(self, sounds: Sounds, clock: Clock) -> None:
        self.unspeakable: dict[str, SpeechError] = {}
        self.takes_s = 0.0
        self.warmed: list[str] = []
        """Languages whose voices were to be ready."""
        self.measure: Callable[[Speech], float | None] = lambda _: None
        """How long a text takes to speak, where that is known. Raises SpeechError."""
        self._sounds = sounds
        self._clock = clock

    async def render(self, speech: Speech, *, rate_hz: int) -> Path:
        del rate_hz
        await self._clock.sleep(self.takes_s)
        if speech.text in self.unspeakable:
            raise self.unspeakable[speech.text]
        seconds = self.measure(speech) or max(len(speech.text) / CHARACTERS_A_SECOND, _SHORTEST_S)
        return self._sounds.path_of(Sound(speech.text, seconds, speech))

    async def stream(self, speech: Speech, *, rate_hz: int) -> AsyncGenerator[Path, None]:
        yield await self.render(speech, rate_hz=rate_hz)

    async def warm(self, language: str, voice: str | None = None) -> None:
        del voice
        self.warmed.append(language)

    def languages(self) -> frozenset[str]:
        return LANGUAGES


class FakeTones:
    """A maker of tones without sound."""

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds

    async def ringback(self, country: str, *, rate_hz: int) -> Path:
        del rate_hz
        return self._sounds.path_of(ringback_of(country))

    async def beep(self, *, rate_hz: int) -> Path:
        del rate_hz
        return self._sounds.path_of(BEEP)

    async def recording_tone(self, *, rate_hz: int) -> Path:
        del rate_hz
        return self._sounds.path_of(RECORDING_TONE)

    async def hold_music(self, *, rate_hz: int) -> Path:
        del rate_hz
        return self._sounds.path_of(HOLD_MUSIC)


class FakeMediaFiles:
    """Files on customers' servers, all five seconds long; those at URLs in `missing` can't be had."""

    def __init__(self, sounds: Sounds) -> None:
        self.missing: set[str] = set()
        self._sounds = sounds

    @asynccontextmanager
    async def wav(self, url: str, web: CallWeb, rate_hz: int) -> AsyncIterator[Path]:
        """Give a customer's sound file, as engine.live.speaker.MediaFiles does."""
        del web, rate_hz
        if url in self.missing:
            raise WebhookError(f"{url} was answered with 404.")
        yield self._sounds.path_of(Sound(url, _FILE_S))
