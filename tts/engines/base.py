"""What a speech engine must do; it lives in a worker process and does one thing at a time."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tts.script import Utterance

Samples = NDArray[np.float32]
"""One channel of audio, shape (n,), full scale ±1."""


class EngineError(Exception):
    """The engine can't or didn't say it; the text goes to the user."""


class Engine(Protocol):
    """Says an utterance with exactly the voice asked for, or raises EngineError."""

    def say(self, utterance: Utterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """Samples and their rate in Hz. `rate` is in words per minute, None for the voice's usual."""
        ...


def plain_text(utterance: Utterance) -> str:
    """The words for an engine that knows no manner; letters to be spelled stand apart."""
    return "".join(
        " ".join(words.text.replace(" ", "")) if words.manner.spelled else words.text for words in utterance.words
    ).strip()


def as_samples(pcm: bytes) -> Samples:
    """16-bit PCM of this machine's byte order as samples."""
    samples: NDArray[Any] = np.frombuffer(pcm, np.int16)
    return samples.astype(np.float32) / np.float32(32768)
