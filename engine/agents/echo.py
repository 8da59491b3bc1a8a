"""Whether what is heard is what was said, come back: by the likeness of their sound at its best shift."""

from typing import Final

import numpy as np

LIKE: Final = 0.6
"""Normalised correlation from which it is an echo: one voice and another reach half of it."""
QUIET: Final = 100.0
"""Mean amplitude (of 32768) below which nothing is heard that could interrupt anybody."""


def is_echo_of(heard: np.ndarray, said: np.ndarray, shortest: int) -> bool:
    """Whether the last samples that were heard lie, weaker or stronger, somewhere in those that were said.

    Both are mono of one rate; `said` is the longer one. Fewer than `shortest` samples of sound prove nothing.
    """
    sounding = np.abs(heard.astype(np.float32)) > QUIET
    if np.count_nonzero(sounding) < shortest:
        return False
    wanted = heard.astype(np.float32)
    wanted -= wanted.mean()
    line = said.astype(np.float32)
    size = 1 << int(np.ceil(np.log2(len(line) + len(wanted))))
    product = np.fft.irfft(np.fft.rfft(line, size) * np.conj(np.fft.rfft(wanted, size)), size)
    shifts = len(line) - len(wanted) + 1
    sums = np.concatenate([[0.0], np.cumsum(np.square(line, dtype=np.float64))])
    energies = sums[len(wanted) :] - sums[: -len(wanted)]
    least = float(np.sum(np.square(wanted))) or 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = np.abs(product[:shifts]) / np.sqrt(np.maximum(energies[:shifts], 1.0) * least)
    return bool(np.max(likeness) >= LIKE)
