"""Sound that is made: speech, signals, foreign files."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Speech:
    """A text to say: plain text or our safe SSML subset, in a BCP 47 language such as nl-BE.

    `voice` is an engine's voice id or None for the language's default; `rate` is in words per minute.
    """

    text: str
    language: str
    voice: str | None = None
    ssml: bool = False
    rate: int | None = None


class Synthesizer(Protocol):
    """Text to speech."""

    async def render(self, speech: Speech, *, rate_hz: int) -> Path:
        """Path of a mono 16-bit WAV at rate_hz. Raises SpeechError or UnknownLanguage."""
        ...

    def stream(self, speech: Speech, *, rate_hz: int) -> AsyncGenerator[Path, None]:
        """Render a text as WAVs to be played in turn: the first is there sooner than the whole. Raises as `render`."""
        ...

    async def warm(self, language: str, voice: str | None = None) -> None:
        """Have ready who speaks it, if they are not, so that the next text takes no longer than to say it.

        Whether that worked is seen when a text is to be said.
        """
        ...

    def languages(self) -> frozenset[str]: ...


class Tones(Protocol):
    """Signals that are computed, not spoken; each gives the path of a mono 16-bit WAV."""

    async def ringback(self, country: str, *, rate_hz: int) -> Path:
        """One cadence period, made to loop; `country` is ISO 3166 alpha-2 in lower case."""
        ...

    async def beep(self, *, rate_hz: int) -> Path: ...

    async def recording_tone(self, *, rate_hz: int) -> Path: ...

    async def hold_music(self, *, rate_hz: int) -> Path: ...


class AudioDecoder(Protocol):
    """Turns foreign audio files into WAV files for the bridge."""

    async def to_wav(self, source: Path, dest: Path, *, rate_hz: int) -> None:
        """Mono 16-bit WAV at rate_hz. Raises MediaError."""
        ...
