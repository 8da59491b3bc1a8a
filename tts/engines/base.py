"""The Protocol of a speech engine; it lives in a worker process and does one thing at a time."""

from collections.abc import Callable
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tts.script import ScriptUtterance, plain_words

Samples = NDArray[np.float32]
"""One channel of audio, shape (n,), full scale ±1."""


class EngineError(Exception):
    """The engine can't or didn't say it; the text goes to the user."""


class Engine(Protocol):
    """Says an utterance with exactly the voice asked for, or raises EngineError."""

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """Samples and their rate in Hz. `rate` is in words per minute, None for the voice's usual."""
        ...


def said_in_runs(utterance: ScriptUtterance, say: Callable[[str, float], Samples]) -> Samples:
    """Speak by an engine that says plain text only: words of one speed and loudness are said together.

    `say` takes a text and how fast it is said, 1.0 being the usual speed. Letters to be spelled stand apart; pitch,
    emphasis and pronunciations are lost.
    """
    said = []
    for (rate, volume), run in groupby(utterance.words, lambda words: (words.manner.rate, words.manner.volume)):
        text = "".join(map(plain_words, run)).strip()
        if any(character.isalnum() for character in text):
            said.append(say(text, rate / 100) * np.float32(volume / 100))
    return np.concatenate(said) if said else np.zeros(0, np.float32)


def as_samples(pcm: bytes) -> Samples:
    """16-bit PCM of this machine's byte order as samples."""
    samples: NDArray[Any] = np.frombuffer(pcm, np.int16)
    return samples.astype(np.float32) / np.float32(32768)
