"""One caller being listened to: what is read of it, when, and which reading is believed."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from engine.aio.tasks import started
from engine.errors import RecognitionError
from engine.ports.recognition import PartialTranscript, Transcript, Understood
from tts.recognition.arriving import ArrivingSpeech
from tts.recognition.noticing import Noticing
from tts.recognition.readers import Readers, ReadingOrder, Urgency
from tts.recognition.utterance import Utterance

PARTIAL_EVERY_S: Final = 1.0
"""Of speech between two readings of what is still being said."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpeechManner:
    """How a caller is to be understood. `language` is Whisper's name for it; `partials`: texts so far are told."""

    language: str
    rate_hz: int
    hints: tuple[str, ...] = ()
    partials: bool = True


@dataclass(frozen=True, slots=True)
class Guess:
    """What was read of a piece of speech."""

    text: str
    confidence: float


@dataclass(slots=True, eq=False)
class _Piece:
    """A piece of what was said, up to `until_s`, and its reading: waited for, under way or done."""

    until_s: float
    careful: bool
    reading: ReadingOrder | None
    """None where there is nothing to read."""

    @property
    def done(self) -> bool:
        return self.reading is None or self.reading.done

    @property
    def is_poor(self) -> bool:
        """Whether another reading may give more."""
        return not self.careful or (self.reading is not None and self.reading.failed)

    async def guess(self) -> Guess:
        """Raises RecognitionError."""
        if self.reading is None:
            return Guess("", 0.0)
        read = await self.reading.answered()
        return Guess(str(read["text"]), float(read["confidence"]))


@dataclass(slots=True, eq=False)
class Hearing:
    """Reads what one caller says: settled pieces for good, and again and again what came after those."""

    readers: Readers
    manner: SpeechManner
    utterance: Utterance
    _arriving: ArrivingSpeech = field(init=False)
    _voice: Noticing = field(init=False)
    _settled: list[_Piece] = field(default_factory=list)
    _latest: _Piece | None = None
    _outrun: _Piece | None = None
    """What was being read when more was said: no last words, but text that can be told."""
    _looked_at: _Piece | None = None
    _told: str = ""

    def __post_init__(self) -> None:
        self._arriving = ArrivingSpeech(self.utterance)
        self._voice = Noticing(self.utterance)

    async def understand(self, pcm: AsyncIterator[bytes]) -> AsyncGenerator[Understood, None]:
        """What is understood, as engine.ports.recognition.Recognizer tells it."""
        hearing = started(self._arriving.follow(pcm))
        try:
            while not self._arriving.over:
                await self._arriving.more.wait()
                self._arriving.more.clear()
                for each in self._voice.news():
                    yield each
                self._settle()
                if not self._arriving.over:
                    self._read_so_far()
                    if (text := await self._news()) is not None:
                        yield PartialTranscript(text)
            await hearing  # raises what the stream raised
            yield await self._in_the_end()
        finally:
            self._drop()
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    def _read_so_far(self) -> None:
        """Read all at a pause; without one, what is being said, if somebody wants it and it keeps nobody waiting."""
        latest, until_s = self._latest, self.utterance.spoken_until_s
        news_s = until_s - (latest.until_s if latest else 0.0)
        if self._voice.paused:
            if news_s > 0 or (latest is not None and not latest.careful):
                self._read_anew(Urgency.PAUSE)
        elif self.manner.partials and self.readers.idle and news_s >= PARTIAL_EVERY_S and (not latest or latest.done):
            self._read_anew(Urgency.MEANWHILE)

    async def _news(self) -> str | None:
        """All text up to now, if another than was told; a reading that failed is tried again at the end."""
        newest = next((piece for piece in (self._latest, self._outrun) if piece and piece.done), None)
        if newest is None or newest is self._looked_at or not self.manner.partials:
            return None
        if not all(piece.done for piece in self._settled):
            return None
        self._looked_at = newest
        try:
            text = _joined([await piece.guess() for piece in (*self._settled, newest)])
        except RecognitionError as error:
            _log.warning("recognition_failed", error=str(error), final=False)
            return None
        if text in ("", self._told):
            return None
        self._told = text
        return text

    def _settle(self) -> None:
        """Have read for good what is more than can be read at once."""
        while self.utterance.too_long:
            self._drop()
            self._outrun = None
            self._settled.append(self._asked(self.utterance.take(), Urgency.PAUSE))

    async def _in_the_end(self) -> Transcript:
        """Raises RecognitionError."""
        latest = self._latest
        if latest is None or latest.is_poor or latest.until_s < self.utterance.spoken_until_s:
            latest = self._read_anew(Urgency.LAST_WORDS)
        guesses = []
        for piece in (*self._settled, latest):
            if piece.reading is not None:
                self.readers.hasten(piece.reading)
            guesses.append(await piece.guess())
        said = [guess for guess in guesses if guess.text]
        return Transcript(_joined(said), min((guess.confidence for guess in said), default=0.0))

    def _read_anew(self, urgency: Urgency) -> _Piece:
        outrun = self._drop()
        self._outrun = outrun or self._outrun
        self._latest = self._asked(self.utterance.audio(), urgency)
        return self._latest

    def _asked(self, pcm: bytes, urgency: Urgency) -> _Piece:
        careful, until_s = urgency is not Urgency.MEANWHILE, self.utterance.spoken_until_s
        if not pcm:
            return _Piece(until_s, careful, None)
        job = {
            "do": "read",
            "pcm": base64.b64encode(pcm).decode(),
            "rate_hz": self.manner.rate_hz,
            "language": self.manner.language,
            "hints": self.manner.hints,
            "careful": careful,
        }
        reading = self.readers.ask(job, urgency)
        reading.answer.add_done_callback(self._is_read)
        return _Piece(until_s, careful, reading)

    def _is_read(self, _: object) -> None:
        self._arriving.more.set()

    def _drop(self) -> _Piece | None:
        """More was said than the latest reading has, or nobody waits for it; given back if it is being read by now."""
        latest, self._latest = self._latest, None
        if latest is None or latest.reading is None or self.readers.drop(latest.reading):
            return None
        return latest


def _joined(guesses: Iterable[Guess]) -> str:
    return " ".join(guess.text for guess in guesses if guess.text)
