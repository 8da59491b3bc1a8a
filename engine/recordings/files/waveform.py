"""The waveform of a recording: the loudest sample of each of so many parts, and a picture of them."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.recordings.files.audio import Audio

CHANNEL_HEIGHT: Final = 64
"""Of the picture, in pixels."""
_LOUDEST: Final = 32768
_BLOCK_FRAMES: Final = 65536
_WAVE: Final = 0
_PAPER: Final = 255
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_GREY_8_BIT: Final = (8, 0, 0, 0, 0)

Peaks = NDArray[np.float64]


def peaks(audio: Audio, points: int) -> Peaks:
    """A row a channel, `points` long, from 0.0 (silence) to 1.0. Raises RecordingError, SealBroken."""
    found = np.zeros((audio.channels, points))
    for first in range(0, audio.frames, _BLOCK_FRAMES):
        samples = np.frombuffer(audio.read(first, _BLOCK_FRAMES), "<i2").reshape(-1, audio.channels)
        places = np.arange(first, first + len(samples)) * points // audio.frames
        for channel in range(audio.channels):
            np.maximum.at(found[channel], places, np.abs(samples[:, channel].astype(np.int32)) / _LOUDEST)
    return found


def picture(found: Peaks) -> bytes:
    """A grey PNG (ISO/IEC 15948), a pixel a point, the channels one below the other, each around its middle."""
    height = np.maximum(1, np.round(found * CHANNEL_HEIGHT)).astype(int)
    away = np.abs(np.arange(CHANNEL_HEIGHT) * 2 - (CHANNEL_HEIGHT - 1))  # of a line from the middle, in half pixels
    inked = away[None, :, None] <= height[:, None, :]
    lines = np.where(inked, _WAVE, _PAPER).astype(np.uint8).reshape(-1, found.shape[1])
    unfiltered = np.pad(lines, ((0, 0), (1, 0)))  # each line begins with its filter: none
    size = struct.pack(">II5B", lines.shape[1], lines.shape[0], *_GREY_8_BIT)
    return (
        _SIGNATURE + _piece(b"IHDR", size) + _piece(b"IDAT", zlib.compress(unfiltered.tobytes())) + _piece(b"IEND", b"")
    )


def _piece(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
