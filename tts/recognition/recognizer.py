"""The engine's Recognizer: one Whisper process that reads what callers say, while they say it."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from engine.aio.tasks import started
from engine.aio.waits import joined
from engine.errors import RecognitionError, SetupError, UnknownLanguage
from engine.model.languages import LANGUAGES, canonical_language, primary_language
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood
from tts.pool import PoolError, PoolFull, WorkerPool
from tts.recognition import model_files
from tts.recognition.utterance import Utterance

RATES_HZ: Final = (8_000, 16_000)
PARTIAL_EVERY_S: Final = 1.0
"""Of speech between two readings of what is still being said."""
PAUSE_S: Final = 0.3
"""Of silence after which all is read, as it may be the end."""
PATIENCE_S: Final = 20.0
"""For one reading, which takes 1 s, and 2 s where the model must be loaded."""
QUEUE_LIMIT: Final = 20

_UNKNOWN_TO_WHISPER: Final = frozenset({"ga"})
_NAMED_OTHERWISE: Final = {"nb": "no"}
"""Languages that Whisper knows by another name than ours."""

UNDERSTOOD: Final = frozenset(tag for tag in LANGUAGES if primary_language(tag) not in _UNKNOWN_TO_WHISPER)
"""The languages that Whisper was taught."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Guess:
    """A reading of all that was said up to `until_s`."""

    text: str
    confidence: float
    until_s: float
    careful: bool


@dataclass(slots=True)
class WhisperRecognizer:
    """Many callers share one process, so what they are saying is read only when it is idle; their last words wait.

    `scratch` is a folder for the process's temporary files.
    """

    scratch: Path
    patience_s: float = PATIENCE_S
    queue_limit: int = QUEUE_LIMIT
    pool: WorkerPool = field(init=False)
    _jobs: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        # It does not end when idle: the next would read its model for seconds, while somebody speaks.
        self.pool = WorkerPool(
            self.scratch, size=1, queue_limit=self.queue_limit, program="tts.recognition.worker", idle_s=None
        )

    def languages(self) -> frozenset[str]:
        return UNDERSTOOD

    def listen(
        self,
        pcm: AsyncIterator[bytes],
        *,
        language: str,
        rate_hz: int,
        hints: Sequence[str] = (),
        end_silence_s: float = 1.0,
    ) -> AsyncGenerator[Understood, None]:
        """Understand what a caller says, while it is said (engine.ports.recognition.Recognizer)."""
        known = canonical_language(language)
        if known not in UNDERSTOOD:
            raise UnknownLanguage("language", f"{known} is spoken here, but not understood by Whisper.")
        if rate_hz not in RATES_HZ:
            raise RecognitionError(f"Speech at {rate_hz} Hz is not understood. Allowed are 8000 and 16000.")
        primary = primary_language(known)
        code = _NAMED_OTHERWISE.get(primary, primary)
        return _Hearing(self, code, rate_hz, tuple(hints), Utterance(rate_hz, end_silence_s)).understand(pcm)

    def require(self) -> None:
        """Look whether the model is there, without loading it. Raises SetupError that says what to install."""
        try:
            model_files.find()
        except model_files.ModelMissing as missing:
            raise SetupError(f"TELEFOON_RECOGNIZER is whisper. {missing}") from missing

    async def check(self) -> None:
        """Load the model, if it is not. Raises RecognitionError that says what to install."""
        await self.do({"do": "warm"})

    async def do(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What the process makes of a job. Raises RecognitionError.

        A caller who leaves does not stop it: a job that is cut off costs its process, and the next ones the time to
        load the model again.
        """
        task = started(self.pool.run(job, timeout_s=self.patience_s))
        self._jobs.add(task)
        task.add_done_callback(self._done)
        try:
            return await joined(task)
        except PoolFull as error:
            raise RecognitionError("Too many callers are being listened to at once; try again later.") from error
        except PoolError as error:
            raise RecognitionError(str(error)) from error

    async def close(self) -> None:
        """Stop what is being read and end the process."""
        for task in self._jobs:
            task.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self.pool.close()

    def _done(self, task: asyncio.Task[dict[str, Any]]) -> None:
        self._jobs.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain where the caller has left


@dataclass(slots=True)
class _Hearing:
    """One caller being listened to."""

    recognizer: WhisperRecognizer
    language: str
    rate_hz: int
    hints: tuple[str, ...]
    utterance: Utterance
    _settled: list[_Guess] = field(default_factory=list)
    _last: _Guess | None = None
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def understand(self, pcm: AsyncIterator[bytes]) -> AsyncGenerator[Understood, None]:
        hearing = started(self._hear(pcm))
        began, told = False, ""
        try:
            while not self._over.is_set():
                await self._more.wait()
                self._more.clear()
                if self.utterance.spoken and not began:
                    began = True
                    yield SpeechBegan()
                await self._settle()
                if self._over.is_set() or not self._is_worth_reading():
                    continue
                text = await self._so_far()
                if text not in ("", told):
                    told = text
                    yield PartialTranscript(text)
            await hearing  # raises what the stream raised
            yield await self._in_the_end()
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    async def _hear(self, pcm: AsyncIterator[bytes]) -> None:
        try:
            async for heard in pcm:
                self.utterance.hear(heard)
                self._more.set()
                if self.utterance.ended:
                    return
        finally:
            self._over.set()
            self._more.set()

    def _is_worth_reading(self) -> bool:
        if not self.utterance.spoken or not self.recognizer.pool.idle:
            return False
        news_s = self.utterance.spoken_until_s - (self._last.until_s if self._last else 0.0)
        return news_s >= PARTIAL_EVERY_S or (news_s > 0 and self.utterance.pause_s >= PAUSE_S)

    async def _so_far(self) -> str:
        """All text up to now; a reading that fails here is tried again at the end."""
        try:
            self._last = await self._read(self.utterance.audio(), careful=self.utterance.pause_s >= PAUSE_S)
        except RecognitionError as error:
            _log.warning("recognition_failed", error=str(error), final=False)
            return ""
        return _joined([*self._settled, self._last])

    async def _settle(self) -> None:
        """Read for good what is more than can be read at once."""
        while self.utterance.too_long:
            self._settled.append(await self._read(self.utterance.take(), careful=True))
            self._last = None

    async def _in_the_end(self) -> Transcript:
        await self._settle()
        last = self._last
        if last is None or not last.careful or last.until_s < self.utterance.spoken_until_s:
            last = await self._read(self.utterance.audio(), careful=True)
        guesses = [guess for guess in (*self._settled, last) if guess.text]
        return Transcript(_joined(guesses), min((guess.confidence for guess in guesses), default=0.0))

    async def _read(self, pcm: bytes, *, careful: bool) -> _Guess:
        """Raises RecognitionError."""
        until_s = self.utterance.spoken_until_s
        if not pcm:
            return _Guess("", 0.0, until_s, careful=True)
        job = {
            "do": "read",
            "pcm": base64.b64encode(pcm).decode(),
            "rate_hz": self.rate_hz,
            "language": self.language,
            "hints": self.hints,
            "careful": careful,
        }
        read = await self.recognizer.do(job)
        return _Guess(str(read["text"]), float(read["confidence"]), until_s, careful)


def _joined(guesses: Sequence[_Guess]) -> str:
    return " ".join(guess.text for guess in guesses if guess.text)
