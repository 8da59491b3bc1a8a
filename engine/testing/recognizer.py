"""Understanding without hearing: what somebody says is handed in, and understood once it is over."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from engine.errors import RecognizerBusy
from engine.model.languages import LANGUAGES
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood

_BYTES_A_SAMPLE: Final = 2


class FakeRecognizer:
    """A recogniser that understands the texts in `said` one by one, then nothing."""

    def __init__(self) -> None:
        self.said: deque[str] = deque()
        self.lasts_s = 0.0
        """How long somebody speaks, from the first word on."""
        self.heard: list[int] = []
        """The loudest byte of each piece of sound that it was given: 0 is silence."""
        self.busy = False
        """Whether nobody more is listened to."""
        self.behind = False
        """Whether last words wait long."""

    def languages(self) -> frozenset[str]:
        return LANGUAGES

    def is_behind(self) -> bool:
        return self.behind

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
        del language, hints, end_silence_s, partials
        if self.busy:
            raise RecognizerBusy("As many are being listened to as can be.")
        return self._understood(pcm, rate_hz)

    async def _understood(self, pcm: AsyncIterator[bytes], rate_hz: int) -> AsyncGenerator[Understood, None]:
        text = self.said.popleft() if self.said else ""
        spoken_s: float | None = None
        async for samples in pcm:
            self.heard.append(max(samples, default=0))
            text = text or (self.said.popleft() if self.said else "")
            if not text:
                continue
            if spoken_s is None:
                spoken_s = 0.0
                yield SpeechBegan()
                yield PartialTranscript(text.partition(" ")[0])
                continue
            spoken_s += len(samples) / _BYTES_A_SAMPLE / rate_hz
            if spoken_s >= self.lasts_s:
                yield Transcript(text, 0.9)
                return
        yield Transcript("", 0.0) if spoken_s is None else Transcript(text, 0.9)
