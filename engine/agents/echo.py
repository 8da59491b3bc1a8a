"""Whether what is heard is what was said, come back: by the likeness of their sound at its best shift."""

from dataclasses import dataclass
from typing import Final

import numpy as np

LIKE: Final = 0.6
"""Normalised correlation from which it is an echo: one voice and another reach half of it."""
QUIET: Final = 100.0
"""Amplitude (of 32768) below which nothing is heard that could interrupt anybody."""
_LOUDER: Final = 1.6
"""How many times the energy that an echo would have may be heard before somebody else must be speaking."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """The way of an echo: how much earlier what comes back was said (samples), and how loud it is beside that."""

    shift: int
    gain: float
    likeness: float


def echo_path(heard: np.ndarray, said: np.ndarray) -> EchoPath:
    """The place in what was said that is most like what was heard, both mono of one rate; `said` is the longer one.

    The shift is counted from the end of what was said.
    """
    wanted, line = heard.astype(np.float32), said.astype(np.float32)
    wanted -= wanted.mean()
    size = 1 << int(np.ceil(np.log2(len(line) + len(wanted))))
    product = np.fft.irfft(np.fft.rfft(line, size) * np.conj(np.fft.rfft(wanted, size)), size)
    products = product[: len(line) - len(wanted) + 1]
    energies = np.maximum(_energies(line, len(wanted)), 1.0)
    likeness = np.abs(products) / np.sqrt(energies * max(float(np.sum(np.square(wanted))), 1.0))
    best = int(np.argmax(likeness))
    gain = abs(float(products[best])) / float(energies[best])
    return EchoPath(len(line) - len(wanted) - best, gain, float(likeness[best]))


def is_echo_of(heard: np.ndarray, said: np.ndarray, shortest: int) -> bool:
    """Whether what was heard lies, weaker or stronger, in what was said; fewer samples of sound prove nothing."""
    return sounds_for(heard, shortest) and echo_path(heard, said).likeness >= LIKE


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
