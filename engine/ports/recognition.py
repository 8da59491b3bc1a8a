"""Understanding callers: what a recogniser is given, and what it gives."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """A voice was heard: time to stop a prompt, and not to give up on the caller."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """A silence of 200 ms: all that was said is being read, and is the last reading unless more is said."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """A voice was heard again after a pause: the reading that has begun is thrown away."""


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """A partial transcript, of what was understood so far; the next one, or the last, may read otherwise."""

    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """Speech as it was understood in the end. `confidence` is 0.0 to 1.0; nothing said is an empty text of 0.0."""

    text: str
    confidence: float


Understood = SpeechBegan | SpeechPaused | SpeechResumed | PartialTranscript | Transcript


class Recognizer(Protocol):
    """Speech to text."""

    def languages(self) -> frozenset[str]:
        """Canonical tags (engine/model/languages.py) of what it understands."""
        ...

    def is_behind(self) -> bool:
        """Whether last words wait long for a reader: what is said now would be understood late."""
        ...

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
        """SpeechBegan, any number of partial transcripts and pauses, then one Transcript; it alone where nobody spoke.

        `pcm` is mono 16-bit little-endian audio as it is said; `hints` are words and phrases that are likely;
        without `partials` no partial transcripts are made, which leaves readers more time for last words.
        The last one comes when the speaker has been silent for `end_silence_s` after having spoken, or when
        `pcm` ends. Raises UnknownLanguage and RecognizerBusy at once, RecognitionError while it runs. Close it
        (aclosing) if you leave early. What is said after the silence is left in `pcm`, but for the piece at hand.
        """
        ...
