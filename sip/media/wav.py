"""WAV files that the library reads and writes."""

import os
from pathlib import Path

import numpy as np
import soundfile

HEADER_BYTES = 44
"""Of the WAV files that the library writes; the samples follow."""
SAMPLE_BYTES = 2
_RIFF_LENGTH_AT = 4
_NO_LENGTH_YET = (b"", b"\0\0\0\0")  # a short recording is not even begun in the file before it is closed


def silence(path: Path, rate_hz: int) -> None:
    """One second of nothing; a recorder that always hears it keeps time while nobody speaks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(rate_hz, np.int16), rate_hz, subtype="PCM_16")


def write_wav(descriptor: int, pcm: bytes, rate_hz: int) -> None:
    """A mono 16-bit WAV of these samples, into an open file that is empty."""
    with os.fdopen(os.dup(descriptor), "wb") as file:
        soundfile.write(file, np.frombuffer(pcm, np.int16), rate_hz, subtype="PCM_16", format="WAV")


def is_closed(descriptor: int) -> bool:
    """Whether the writer has filled in the header, which it does last (the bridge closes ports a tick later)."""
    return os.pread(descriptor, 4, _RIFF_LENGTH_AT) not in _NO_LENGTH_YET
