"""One caller whose words are decoded while they are said."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from engine.aio.tasks import started
from engine.aio.waits import to_its_end
from engine.errors import RecognitionError
from engine.ports.recognition import PartialTranscript, Transcript, Understood
from tts.recognition.arriving import ArrivingSpeech
from tts.recognition.noticing import Noticing
from tts.recognition.utterance import Utterance

Do = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Has the speaker's process do a job."""


@dataclass(slots=True, eq=False)
class StreamingHearing:
    """Hands on what a caller says from the first voice on; where it begins and ends is told by loudness alone.

    `about` is what each job says of the speaker.
    """

    do: Do
    about: Mapping[str, Any]
    utterance: Utterance
    partials: bool
    _sent: int = 0
    """Bytes of the utterance's audio."""
    _known: bool = False
    """Whether the process has something of this speaker."""
    _arriving: ArrivingSpeech = field(init=False)

    def __post_init__(self) -> None:
        self._arriving = ArrivingSpeech(self.utterance)

    async def understand(self, pcm: AsyncIterator[bytes]) -> AsyncGenerator[Understood, None]:
        """What is understood, as engine.ports.recognition.Recognizer tells it."""
        hearing, voice, told = started(self._arriving.follow(pcm)), Noticing(self.utterance), ""
        try:
            while not self._arriving.over:
                await self._arriving.more.wait()
                self._arriving.more.clear()
                for each in voice.news():
                    yield each
                text = await self._send()
                if self.partials and text not in (None, "", told):
                    told = str(text)
                    yield PartialTranscript(told)
            await hearing  # raises what the stream raised
            yield await self._in_the_end()
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
            if self._known:
                with suppress(RecognitionError):
                    await to_its_end(self._forget())

    async def _send(self) -> str | None:
        """Hand on what is new; all text so far, None where nothing is new. Raises RecognitionError."""
        new = self.utterance.audio()[self._sent :]
        while self.utterance.too_long:
            self._sent -= len(self.utterance.take())
        if not new:
            return None
        self._sent += len(new)
        self._known = True
        answer = await self.do({"do": "hear", **self.about, "pcm": base64.b64encode(new).decode()})
        return str(answer["text"])

    async def _in_the_end(self) -> Transcript:
        """Raises RecognitionError."""
        await self._send()
        if not self._known:
            return Transcript("", 0.0)
        answer = await self.do({"do": "end", **self.about})
        self._known = False
        return Transcript(str(answer["text"]), float(answer["confidence"]))

    async def _forget(self) -> None:
        await self.do({"do": "forget", **self.about})
