"""WAV files that the library reads."""

import os

import numpy as np
import soundfile

SAMPLE_BYTES = 2


def write_wav(descriptor: int, pcm: bytes, rate_hz: int) -> None:
    """A mono 16-bit WAV of these samples, into an open file that is empty."""
    with os.fdopen(os.dup(descriptor), "wb") as file:
        soundfile.write(file, np.frombuffer(pcm, np.int16), rate_hz, subtype="PCM_16", format="WAV")
