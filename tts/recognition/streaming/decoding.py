"""Decoding of one speaker's words while they are said, as each engine's adapter does it in its process."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
"""What models were taught at; other rates are converted."""

Samples = NDArray[np.float32]
"""From -1.0 to 1.0."""


class Decoding(Protocol):
    """One speaker's words so far."""

    def hear(self, samples: Samples) -> str:
        """All that is understood, with these samples at RATE_HZ more."""
        ...

    def end(self) -> tuple[str, float]:
        """All that was said, and from 0.0 to 1.0 how sure that is; nothing more is heard."""
        ...


class StreamingModel(Protocol):
    """A language's model, loaded; it serves many speakers."""

    def decoding(self, hints: Sequence[str]) -> Decoding:
        """Begin with another speaker; hints are words that are likely, where the engine can use them."""
        ...
