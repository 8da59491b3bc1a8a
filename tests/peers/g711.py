"""G.711, both laws (ITU-T G.711 tables 1 and 2), as 256-entry tables: independent of the product's codecs."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]


def _ulaw_table() -> Pcm:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent = (codes >> 4) & 0x07
    magnitude = (((codes & 0x0F) << 3) + 0x84) << exponent
    linear = magnitude - 0x84
    return np.where(codes & 0x80, -linear, linear).astype(np.int16)


def _alaw_table() -> Pcm:
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    exponent = (codes >> 4) & 0x07
    mantissa = (codes & 0x0F) << 4
    linear = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, linear, -linear).astype(np.int16)


class Law:
    """One of the two laws: 16-bit linear PCM to bytes and back."""

    def __init__(self, name: str, payload_type: int, decoded: Pcm) -> None:
        """`name` and `payload_type` are those of RFC 3551 §6; `decoded` is the value of each of 256 codes."""
        self.name: Final = name
        self.payload_type: Final = payload_type
        self._decoded = decoded
        order = np.argsort(decoded, kind="stable")
        values = decoded[order].astype(np.int32)
        borders = (values[:-1] + values[1:]) / 2
        self._encoded = order[np.searchsorted(borders, np.arange(-32768, 32768))].astype(np.uint8)

    def decode(self, payload: bytes) -> Pcm:
        """Samples at 8 kHz, one for each byte."""
        samples: Pcm = self._decoded[np.frombuffer(payload, dtype=np.uint8)]
        return samples

    def encode(self, samples: Pcm) -> bytes:
        """One byte for each sample: the code whose value is nearest."""
        return self._encoded[samples.astype(np.int32) + 32768].tobytes()


PCMU: Final = Law("PCMU", 0, _ulaw_table())
PCMA: Final = Law("PCMA", 8, _alaw_table())
