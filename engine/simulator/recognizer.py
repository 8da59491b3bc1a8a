"""Understands a simulated caller, who says what the script has."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from engine.model.languages import LANGUAGES
from engine.ports import Clock
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood
from engine.testing.speech import CHARACTERS_A_SECOND

_CONFIDENCE = 0.9


class ScriptedRecognizer:
    """A recogniser (engine.ports.recognition) that is told what is said: `words` are begun to be said now."""

    def __init__(self, clock: Clock) -> None:
        self.words = ""
        self._clock = clock

    def languages(self) -> frozenset[str]:
        return LANGUAGES

    def is_behind(self) -> bool:
        return False

    async def listen(
        self,
        pcm: AsyncIterator[bytes],
        *,
        language: str,
        rate_hz: int,
        hints: Sequence[str] = (),
        end_silence_s: float = 1.0,
        partials: bool = True,
    ) -> AsyncGenerator[Understood, None]:
        del language, rate_hz, hints, partials
        async for _ in pcm:
            if self.words:
                text, self.words = self.words, ""
                yield SpeechBegan()
                yield PartialTranscript(text)
                await self._clock.sleep(len(text) / CHARACTERS_A_SECOND + end_silence_s)
                yield Transcript(text, _CONFIDENCE)
                return
        yield Transcript("", 0.0)
