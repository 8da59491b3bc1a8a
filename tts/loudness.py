"""Speech made fit for the telephone: trimmed, resampled, levelled, and never clipped."""

from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

LEVEL_DBOV: Final = -23.0
"""Active speech level. The nominal one is -26 (ITU-T P.56 with G.100.1); prompts may be a little louder."""

CEILING_DBFS: Final = -3.0
_SILENCE_DB: Final = -50.0
_FADE_S: Final = 0.005
_FRAME_S: Final = 0.02
_MARGIN_S: Final = 0.01
_LIMITER_KNEE: Final = 0.7  # the limiter bends the wave from this share of the ceiling on
_UNHEARD_DBOV: Final = -80.0


def trimmed(samples: Samples, rate_hz: int) -> Samples:
    """Without offset, and without silence at both ends but for 10 ms; silence alone gives nothing."""
    if len(samples) == 0:
        return samples
    centred: Samples = samples - np.float32(samples.mean(dtype=np.float64))
    loud = np.flatnonzero(np.abs(centred) > 10 ** (_SILENCE_DB / 20))
    if len(loud) == 0:
        return centred[:0]
    margin = int(rate_hz * _MARGIN_S)
    return centred[max(0, loud[0] - margin) : loud[-1] + margin]


def resampled(samples: Samples, rate_hz: int, to_hz: int) -> Samples:
    """At another rate (soxr HQ: flat to 3.4 kHz, aliases below -140 dB)."""
    if rate_hz == to_hz or len(samples) == 0:
        return samples
    return np.asarray(soxr.resample(samples, rate_hz, to_hz, quality="HQ"), dtype=np.float32)


def active_level(samples: Samples, rate_hz: int) -> float:
    """Level in dBov of the parts in which somebody speaks, -120 for silence; P.56 method B, simplified.

    A 20 ms frame counts if it is within 30 dB of the loudest frames.
    """
    frame = int(rate_hz * _FRAME_S)
    count = len(samples) // frame
    if count == 0:
        return -120.0
    power = np.mean(samples[: count * frame].reshape(count, frame).astype(np.float64) ** 2, axis=1)
    top = float(np.percentile(power, 95))
    if top < 1e-12:
        return -120.0
    return float(10 * np.log10(power[power > top * 1e-3].mean()))


def levelled(samples: Samples, rate_hz: int) -> Samples:
    """At LEVEL_DBOV, with peaks bent softly so that none passes CEILING_DBFS."""
    level = active_level(samples, rate_hz)
    if level < _UNHEARD_DBOV:
        return samples
    louder = samples * np.float32(10 ** ((LEVEL_DBOV - level) / 20))
    ceiling = 10 ** (CEILING_DBFS / 20)
    knee = ceiling * _LIMITER_KNEE
    size = np.abs(louder)
    bent = np.sign(louder) * (knee + (ceiling - knee) * np.tanh((size - knee) / (ceiling - knee)))
    return np.where(size > knee, bent, louder).astype(np.float32)


def faded(samples: Samples, rate_hz: int) -> Samples:
    """The sound with 5 ms ramps at both ends, against clicks."""
    length = min(int(rate_hz * _FADE_S), len(samples) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    result = samples.copy()
    result[:length] *= ramp
    result[len(result) - length :] *= ramp[::-1]
    return result
