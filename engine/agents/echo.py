"""Whether what is heard is what was said, come back: by the likeness of their sound at its best shift."""

from dataclasses import dataclass
from typing import Final

import numpy as np

LIKE: Final = 0.6
"""Normalised correlation from which it is an echo: in 400 ms no voice reaches it by another's words, in 200 ms one of
200 pieces does."""
QUIET: Final = 100.0
"""Amplitude (of 32768) below which nothing is heard that could interrupt anybody."""
_HIGHEST_HZ: Final = 3400.0
"""Up to which a telephone passes a voice on."""
_NEXT_TO_NOTHING: Final = 1e-3
"""Of the loudest stretch of what was said: in what is softer, likeness is of rounding."""
_LOUDER: Final = 1.6
"""How many times the energy that an echo would have may be heard before somebody else must be speaking."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """The way of an echo: how much earlier what comes back was said (samples), and how loud it is beside that."""

    shift: int
    gain: float
    likeness: float


def echo_path(heard: np.ndarray, said: np.ndarray, rate_hz: int) -> EchoPath:
    """The place in what was said that is most like what was heard, both mono of one rate; `said` is the longer one.

    The shift is counted from the end of what was said. A frequency counts by its height: two voices of one pitch are
    alike in their low tones, which are the loudest, and an echo is alike in all that a telephone passes on.
    """
    size = 1 << int(np.ceil(np.log2(len(said) + len(heard))))
    frequencies = np.fft.rfftfreq(size, 1 / rate_hz)
    weights = np.where(frequencies <= _HIGHEST_HZ, frequencies / _HIGHEST_HZ, 0.0)
    wanted, line = np.fft.rfft(heard, size) * weights, np.fft.rfft(said, size) * weights
    products = np.fft.irfft(line * np.conj(wanted), size)[: len(said) - len(heard) + 1]
    energies = _energies(np.fft.irfft(line, size)[: len(said)], len(heard))
    energies = np.maximum(energies, max(_NEXT_TO_NOTHING * float(energies.max()), 1.0))
    energy = float(np.sum(np.square(np.fft.irfft(wanted, size)[: len(heard)])))
    likeness = np.abs(products) / np.sqrt(energies * max(energy, 1.0))
    best = int(np.argmax(likeness))
    gain = abs(float(products[best])) / float(energies[best])
    return EchoPath(len(said) - len(heard) - best, gain, float(likeness[best]))


def sounds_for(heard: np.ndarray, samples: int) -> bool:
    """Whether so many samples are loud enough to be anything."""
    return int(np.count_nonzero(np.abs(heard.astype(np.float32)) > QUIET)) >= samples


def is_no_louder(heard: np.ndarray, said: np.ndarray, path: EchoPath, slack: int) -> bool:
    """Whether what was just heard is no louder than its echo by a known path, which may come so much off its time."""
    end = len(said) - path.shift
    line = said[max(0, end - len(heard) - slack) : max(0, end + slack)].astype(np.float32)
    if len(line) < len(heard) or not len(heard):
        return False
    expected = float(np.max(_energies(line, len(heard)))) * path.gain**2
    return float(np.sum(np.square(heard.astype(np.float32)))) <= _LOUDER * expected


def _energies(line: np.ndarray, size: int) -> np.ndarray:
    """The energy of each stretch of so many samples."""
    sums = np.concatenate([[0.0], np.cumsum(np.square(line, dtype=np.float64))])
    return np.asarray(sums[size:] - sums[: len(sums) - size])
