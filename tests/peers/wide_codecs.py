"""G.722 and Opus at 16 kHz, by the libraries that telephones have: what a far end with a wide codec says and hears."""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from scripts.baresip import BARESIP
from scripts.progress import Progress

RATE_HZ: Final = 16000
FRAME_SAMPLES: Final = RATE_HZ // 50
_SPANDSP: Final = "usr/lib/*/libspandsp.so.*"
_OPUS: Final = "libopus.so.0"
_G722_BITS: Final = 64000
_VOIP: Final = 2048
"""OPUS_APPLICATION_VOIP."""
_MOST_OPUS_BYTES: Final = 1500
_MOST_OPUS_SAMPLES: Final = RATE_HZ * 120 // 1000
"""A packet has 120 ms at most (RFC 6716 §3.2.5)."""

Pcm = NDArray[np.int16]


class WideCodec(Protocol):
    """One direction each of one call: coders know what came before."""

    payload_type: int
    ticks: int
    """Of the RTP clock, in 20 ms."""
    described: str
    """The lines of a session description behind those of its ports."""

    def encode(self, pcm: Pcm) -> bytes:
        """20 ms."""

    def decode(self, payload: bytes) -> Pcm:
        """What one packet says."""


class G722:
    """ITU-T G.722 with 64 kbit/s; its RTP clock runs at 8 kHz by an old mistake (RFC 3551 §4.5.2)."""

    payload_type = 9
    ticks = 160
    described = "a=rtpmap:9 G722/8000\r\n"

    def __init__(self) -> None:
        self._library = _spandsp()
        self._encoder = ctypes.c_void_p(self._library.g722_encode_init(None, _G722_BITS, 0))
        self._decoder = ctypes.c_void_p(self._library.g722_decode_init(None, _G722_BITS, 0))

    def encode(self, pcm: Pcm) -> bytes:
        coded = ctypes.create_string_buffer(len(pcm))
        size = self._library.g722_encode(self._encoder, coded, _pointer(pcm), len(pcm))
        return coded.raw[:size]

    def decode(self, payload: bytes) -> Pcm:
        pcm = np.zeros(2 * len(payload), np.int16)
        size = self._library.g722_decode(self._decoder, _pointer(pcm), payload, len(payload))
        return pcm[:size]


class Opus:
    """RFC 7587, one voice."""

    payload_type = 111
    ticks = 960
    described = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 maxplaybackrate=16000;useinbandfec=0\r\n"

    def __init__(self) -> None:
        self._library = _libopus()
        wrong = ctypes.c_int()
        self._encoder = ctypes.c_void_p(self._library.opus_encoder_create(RATE_HZ, 1, _VOIP, ctypes.byref(wrong)))
        self._decoder = ctypes.c_void_p(self._library.opus_decoder_create(RATE_HZ, 1, ctypes.byref(wrong)))

    def encode(self, pcm: Pcm) -> bytes:
        coded = ctypes.create_string_buffer(_MOST_OPUS_BYTES)
        size = self._library.opus_encode(self._encoder, _pointer(pcm), len(pcm), coded, _MOST_OPUS_BYTES)
        assert size > 0, size
        return coded.raw[:size]

    def decode(self, payload: bytes) -> Pcm:
        pcm = np.zeros(_MOST_OPUS_SAMPLES, np.int16)
        size = self._library.opus_decode(
            self._decoder, payload, len(payload), _pointer(pcm), _MOST_OPUS_SAMPLES, 0
        )  # fmt: skip
        assert size > 0, size
        return pcm[:size]


WIDE: Final[dict[str, Callable[[], WideCodec]]] = {"G722": G722, "opus": Opus}


@cache
def _spandsp() -> Any:
    library = ctypes.CDLL(str(next(BARESIP.made(Progress()).glob(_SPANDSP))))
    library.g722_encode_init.restype = library.g722_decode_init.restype = ctypes.c_void_p
    return library


@cache
def _libopus() -> Any:
    library = ctypes.CDLL(_OPUS)
    library.opus_encoder_create.restype = library.opus_decoder_create.restype = ctypes.c_void_p
    return library


def _pointer(pcm: Pcm) -> Any:
    return np.ascontiguousarray(pcm).ctypes.data_as(ctypes.c_void_p)
