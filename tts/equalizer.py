"""An equalizer: makes the frequencies of a sound stronger or weaker, as a curve of gains says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_TAPS: Final = 255
_GRID: Final = 1024


@dataclass(frozen=True, slots=True)
class Equalizer:
    """A filter of linear phase: it delays no frequency more than another, and so smears nothing."""

    taps: Samples

    @classmethod
    def of_curve(cls, curve: Sequence[tuple[float, float]], rate_hz: int) -> Self:
        """An equalizer at `rate_hz`; `curve` has points (Hz, dB) in ascending order, straight lines between them."""
        hz, decibels = zip(*curve, strict=True)
        gains = 10 ** (np.interp(np.fft.rfftfreq(_GRID, 1 / rate_hz), hz, decibels) / 20)
        response = np.roll(np.fft.irfft(gains), _TAPS // 2)[:_TAPS]
        return cls((response * np.hamming(_TAPS)).astype(np.float32))

    def applied(self, samples: Samples) -> Samples:
        """The sound, as long as before and not delayed."""
        if len(samples) == 0:
            return samples
        whole = np.convolve(samples, self.taps)
        return whole[_TAPS // 2 : _TAPS // 2 + len(samples)].astype(np.float32)
