"""The engine's Recognizer over a streaming model: each speaker is decoded by one process, while they speak."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from engine.errors import RecognitionError, RecognizerBusy
from engine.ports.recognition import Understood
from tts.pool import PoolError, WorkerPool
from tts.recognition.streaming.hearing import StreamingHearing
from tts.recognition.streaming.models import Models
from tts.recognition.utterance import Utterance

RATES_HZ: Final = (8_000, 16_000)
SPEAKERS_A_PROCESS: Final = 10
"""Who are listened to at once; decoding one takes from a tenth to a third of a core, while they speak."""
PATIENCE_S: Final = 60.0
"""For a piece of sound, which takes a tenth of its length; with the first a model is loaded, of gigabytes maybe."""
_NEVER: Final = 10**9


@dataclass(slots=True, eq=False)
class DecoderProcess:
    """A process, and who is decoded by it. `about` is what its every job says of the model."""

    pool: WorkerPool
    about: Mapping[str, Any]
    speakers: set[int] = field(default_factory=set)

    async def do(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What it makes of a job. Raises RecognitionError."""
        try:
            return await self.pool.run({**self.about, **job}, timeout_s=PATIENCE_S)
        except PoolError as error:
            raise RecognitionError(str(error)) from error


@dataclass(slots=True)
class StreamingRecognizer:
    """Speakers are spread evenly over the processes, and stay where they are: a process knows what they have said."""

    models: Models
    decoders: tuple[DecoderProcess, ...]
    speakers_a_process: int = SPEAKERS_A_PROCESS
    _numbers: "count[int]" = field(default_factory=count, init=False)

    @classmethod
    def begun(
        cls, models: Models, scratch: Path, size: int = 1, threads: int = 1, cores: frozenset[int] = frozenset()
    ) -> Self:
        """So many processes, each of which begins with its first speaker, on these cores if there are any.

        `scratch` is for their temporary files.
        """
        about = {"engine": models.engine.value, "threads": threads}
        pools = [
            WorkerPool(
                scratch / str(number),
                size=1,
                queue_limit=2 * SPEAKERS_A_PROCESS,
                recycle_after=_NEVER,
                program="tts.recognition.streaming.worker",
                idle_s=None,
                cores=cores,
            )
            for number in range(size)
        ]
        return cls(models, tuple(DecoderProcess(pool, about) for pool in pools))

    def languages(self) -> frozenset[str]:
        return self.models.languages()

    def is_behind(self) -> bool:
        return False  # what is said is decoded meanwhile, and nobody's last words wait for another's

    def is_free(self) -> bool:
        """Whether another speaker would be listened to now."""
        return len(self._freest.speakers) < self.speakers_a_process

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
        folder = self.models.folder_of(language)
        if rate_hz not in RATES_HZ:
            raise RecognitionError(f"Speech at {rate_hz} Hz is not understood. Allowed are 8000 and 16000.")
        if not self.is_free():
            raise RecognizerBusy(f"{len(self._freest.speakers)} callers are decoded by each process; try again later.")
        about = {"folder": str(folder), "rate_hz": rate_hz, "hints": list(hints)}
        return self._understood(pcm, Utterance(rate_hz, end_silence_s), about, partials=partials)

    async def check(self) -> None:
        """Load each model in turn. Raises RecognitionError that says which is none."""
        for folder in self.models.folders.values():
            await self.decoders[0].do({"do": "warm", "folder": str(folder)})

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(*(decoder.pool.close() for decoder in self.decoders))

    @property
    def _freest(self) -> DecoderProcess:
        return min(self.decoders, key=lambda decoder: len(decoder.speakers))

    async def _understood(
        self, pcm: AsyncIterator[bytes], utterance: Utterance, about: Mapping[str, Any], *, partials: bool
    ) -> AsyncGenerator[Understood, None]:
        number, decoder = next(self._numbers), self._freest
        decoder.speakers.add(number)
        hearing = StreamingHearing(decoder.do, {**about, "speaker": number}, utterance, partials)
        try:
            async with aclosing(hearing.understand(pcm)) as understood:
                async for each in understood:
                    yield each
        finally:
            decoder.speakers.discard(number)
