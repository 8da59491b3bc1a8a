"""Recordings in other formats: FLAC without loss, Opus in Ogg for small, MP3 for whatever plays nothing else.

Made in memory; no file of them is written.
"""

from enum import StrEnum
from io import BytesIO
from typing import Final

import numpy as np
import soundfile

from engine.errors import RecordingError
from engine.recordings.files.audio import Audio

_BLOCK_S: Final = 4


class Format(StrEnum):
    """The formats of downloads; the value is its name in `?format=` and its file's suffix."""

    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    MP3 = "mp3"


MEDIA_TYPES: Final = {
    Format.WAV: "audio/wav",
    Format.FLAC: "audio/flac",
    Format.OPUS: "audio/ogg",
    Format.MP3: "audio/mpeg",
}
_WRITTEN_AS: Final = {
    Format.FLAC: ("FLAC", "PCM_16"),
    Format.OPUS: ("OGG", "OPUS"),
    Format.MP3: ("MP3", "MPEG_LAYER_III"),
}


def encoded(audio: Audio, wanted: Format) -> bytes:
    """All of it; takes its time. `wanted` is not WAV. Raises RecordingError, SealBroken."""
    container, codec = _WRITTEN_AS[wanted]
    memory, block = BytesIO(), _BLOCK_S * audio.rate_hz
    try:
        with soundfile.SoundFile(memory, "w", audio.rate_hz, audio.channels, codec, format=container) as output:
            for first in range(0, audio.frames, block):
                samples = np.frombuffer(audio.read(first, block), "<i2")
                output.write(samples.reshape(-1, audio.channels))
    except soundfile.SoundFileError as error:
        raise RecordingError(f"The recording can't be had as {wanted}: {error}.") from error
    return memory.getvalue()
