"""Sound as a stream carries it: from samples of 16 bits to bytes, and back."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from api.doctor.programs import g711
from api.doctor.programs.g711 import Samples
from engine.ports.streams import StreamEncoding

FRAME_S: Final = 0.02
"""What one message carries."""


def _l16(samples: Samples) -> bytes:
    return samples.astype("<i2").tobytes()


def _of_l16(coded: bytes) -> Samples:
    return np.frombuffer(coded[: len(coded) // 2 * 2], np.dtype("<i2")).astype(np.int16)


_ENCODERS: Final[Mapping[StreamEncoding, Callable[[Samples], bytes]]] = MappingProxyType({
    StreamEncoding.MULAW: g711.mulaw,
    StreamEncoding.ALAW: g711.alaw,
    StreamEncoding.L16: _l16,
})  # fmt: skip
_DECODERS: Final[Mapping[StreamEncoding, Callable[[bytes], Samples]]] = MappingProxyType({
    StreamEncoding.MULAW: g711.of_mulaw,
    StreamEncoding.ALAW: g711.of_alaw,
    StreamEncoding.L16: _of_l16,
})  # fmt: skip


def encoded(samples: Samples, encoding: StreamEncoding) -> bytes:
    """The samples as a stream carries them."""
    return _ENCODERS[encoding](samples)


def decoded(coded: bytes, encoding: StreamEncoding) -> Samples:
    """What a stream carries as samples."""
    return _DECODERS[encoding](coded)
