"""The features that Whisper listens to: the log-mel spectrogram of thirty seconds (Radford et al. 2022, §2.2)."""

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 16_000
WINDOW_S: Final = 30

_FFT: Final = 400
_HOP: Final = 160
_BANDS: Final = 80
_RANGE: Final = 8.0  # decades below the loudest that are kept

Samples = NDArray[np.float32]


def log_mel(samples: Samples, window_s: int = WINDOW_S) -> Samples:
    """Make a clip of 80 bands by a hundred steps a second of the window, of samples at RATE_HZ from -1.0 to 1.0."""
    clip = np.zeros(window_s * RATE_HZ, np.float32)
    clip[: len(samples)] = samples[: len(clip)]
    around = np.pad(clip, _FFT // 2, mode="reflect")
    steps = np.lib.stride_tricks.sliding_window_view(around, _FFT)[: len(clip) : _HOP]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
    power = np.abs(np.fft.rfft(steps * window)) ** 2
    decades = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    kept = np.maximum(decades, decades.max() - _RANGE)
    return np.ascontiguousarray((kept + 4.0) / 4.0, np.float32)[np.newaxis]


@functools.cache
def _filters() -> NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale: 15 bands a kilohertz, and logarithmic above."""
    edges = _hz(np.linspace(0.0, _mel(RATE_HZ / 2), _BANDS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)
    low, centre, high = (edges[at : at + _BANDS, np.newaxis] for at in range(3))
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    filters: NDArray[np.float64] = np.maximum(triangles, 0.0) * 2.0 / (high - low)
    return filters


_LINEAR_TO_HZ: Final = 1000.0
_MEL_AT_1000: Final = 15.0
_STEP: Final = np.log(6.4) / 27.0


def _mel(hz: float) -> float:
    return float(_MEL_AT_1000 + np.log(hz / _LINEAR_TO_HZ) / _STEP)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _LINEAR_TO_HZ * np.exp(_STEP * (mel - _MEL_AT_1000))
    return np.where(mel < _MEL_AT_1000, mel * _LINEAR_TO_HZ / _MEL_AT_1000, above)
