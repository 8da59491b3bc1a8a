"""The engine's Recognizer: Whisper processes that read what callers say, while they say it."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from engine.errors import RecognitionError, RecognizerBusy, SetupError, UnknownLanguage
from engine.model.languages import LANGUAGES, canonical_language, primary_language
from engine.ports.recognition import Understood
from tts.recognition import model_files
from tts.recognition.hearing import Hearing, SpeechManner
from tts.recognition.readers import Readers, Urgency
from tts.recognition.utterance import Utterance

RATES_HZ: Final = (8_000, 16_000)
SPEAKERS_A_READER: Final = 20
"""Who are listened to at once, most of them silent."""
LAST_WORDS_A_READER: Final = 2
"""Whose last words may wait before those of others would wait too long."""

_UNKNOWN_TO_WHISPER: Final = frozenset({"ga"})
_NAMED_OTHERWISE: Final = {"nb": "no"}
"""Languages that Whisper knows by another name than ours."""

UNDERSTOOD: Final = frozenset(tag for tag in LANGUAGES if primary_language(tag) not in _UNKNOWN_TO_WHISPER)
"""The languages that Whisper was taught."""


@dataclass(slots=True)
class WhisperRecognizer:
    """Many callers share a few processes: last words are read first, and what is being said where one is idle."""

    readers: Readers
    speakers_a_reader: int = SPEAKERS_A_READER
    _speakers: set[Hearing] = field(default_factory=set, init=False)

    def languages(self) -> frozenset[str]:
        return UNDERSTOOD

    def is_behind(self) -> bool:
        return self.readers.last_words_waiting >= LAST_WORDS_A_READER * self.readers.size

    def listen(
        self,
        pcm: AsyncIterator[bytes],
        *,
        language: str,
        rate_hz: int,
        hints: Sequence[str] = (),
        end_silence_s: float = 1.0,
        partials: bool = True,
    ) -> AsyncGenerator[Understood, None]:
        """Understand what a caller says, while it is said (engine.ports.recognition.Recognizer)."""
        known = canonical_language(language)
        if known not in UNDERSTOOD:
            raise UnknownLanguage("language", f"{known} is spoken here, but not understood by Whisper.")
        if rate_hz not in RATES_HZ:
            raise RecognitionError(f"Speech at {rate_hz} Hz is not understood. Allowed are 8000 and 16000.")
        if self._is_full:
            raise RecognizerBusy(f"{len(self._speakers)} callers are being listened to; try again later.")
        primary = primary_language(known)
        manner = SpeechManner(_NAMED_OTHERWISE.get(primary, primary), rate_hz, tuple(hints), partials)
        return self._understood(Hearing(self.readers, manner, Utterance(rate_hz, end_silence_s)), pcm)

    def require(self) -> None:
        """Look whether the model is there, without loading it. Raises SetupError that says what to install."""
        try:
            model_files.find()
        except model_files.ModelMissing as missing:
            raise SetupError(f"TELEFOON_RECOGNIZER is whisper. {missing}") from missing

    async def check(self) -> None:
        """Load the model, if it is not. Raises RecognitionError that says what to install."""
        await self.readers.ask({"do": "warm"}, Urgency.LAST_WORDS).answered()

    async def close(self) -> None:
        """Stop what is being read and end the processes."""
        await self.readers.close()

    @property
    def _is_full(self) -> bool:
        return len(self._speakers) >= self.speakers_a_reader * self.readers.size

    async def _understood(self, hearing: Hearing, pcm: AsyncIterator[bytes]) -> AsyncGenerator[Understood, None]:
        self._speakers.add(hearing)
        self.readers.warm()
        try:
            async with aclosing(hearing.understand(pcm)) as understood:
                async for each in understood:
                    yield each
        finally:
            self._speakers.discard(hearing)
