"""G.711 (ITU-T): samples of 16 bits as bytes of µ-law or A-law, and back."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

_BIAS = 132
_MOST = 32_635
_EVEN_BITS = 0x55


def mulaw(samples: Samples) -> bytes:
    """µ-law of samples."""
    wide = samples.astype(np.int32)
    sign = np.where(wide < 0, 0x80, 0)
    biased = np.minimum(np.abs(wide), _MOST) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 0x0F
    return bytes((~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8))


def alaw(samples: Samples) -> bytes:
    """A-law of samples."""
    wide = samples.astype(np.int32) >> 3
    sign = np.where(wide >= 0, 0x80, 0)
    size = np.where(wide >= 0, wide, -wide - 1)
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    mantissa = (size >> np.maximum(exponent, 1)) & 0x0F
    return bytes(((sign | exponent << 4 | mantissa) ^ _EVEN_BITS).astype(np.uint8))


def of_mulaw(coded: bytes) -> Samples:
    """Samples of µ-law."""
    bits = ~np.frombuffer(coded, np.uint8).astype(np.int32)
    size = (((bits & 0x0F) << 3) + _BIAS << (bits >> 4 & 0x07)) - _BIAS
    return np.where(bits & 0x80, -size, size).astype(np.int16)


def of_alaw(coded: bytes) -> Samples:
    """Samples of A-law."""
    bits = np.frombuffer(coded, np.uint8).astype(np.int32) ^ _EVEN_BITS
    exponent = bits >> 4 & 0x07
    small = ((bits & 0x0F) << 4) + 8
    size = np.where(exponent == 0, small, small + 0x100 << np.maximum(exponent - 1, 0))
    return np.where(bits & 0x80, size, -size).astype(np.int16)
