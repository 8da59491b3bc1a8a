"""Understanding without hearing: what somebody says is handed in, and understood once it is over."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from engine.model.languages import LANGUAGES
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood


class FakeRecognizer:
    """A recogniser that understands the texts in `said` one by one, then nothing."""

    def __init__(self) -> None:
        self.said: deque[str] = deque()

    def languages(self) -> frozenset[str]:
        return LANGUAGES

    async def listen(
        self,
        pcm: AsyncIterator[bytes],
        *,
        language: str,
        rate_hz: int,
        hints: Sequence[str] = (),
        end_silence_s: float = 1.0,
    ) -> AsyncGenerator[Understood, None]:
        del language, rate_hz, hints, end_silence_s
        text = self.said.popleft() if self.said else ""
        began = False
        async for _ in pcm:
            if not text:
                continue
            if began:
                yield Transcript(text, 0.9)
                return
            began = True
            yield SpeechBegan()
            yield PartialTranscript(text.partition(" ")[0])
        yield Transcript(text if began else "", 0.9 if began else 0.0)
