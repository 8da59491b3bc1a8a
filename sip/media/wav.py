"""WAV files that the library reads."""

import os
from pathlib import Path

import numpy as np
import soundfile

from engine.errors import MediaError

SAMPLE_BYTES = 2


def write_wav(descriptor: int, pcm: bytes, rate_hz: int) -> None:
    """A mono 16-bit WAV of these samples, into an open file that is empty."""
    with os.fdopen(os.dup(descriptor), "wb") as file:
        soundfile.write(file, np.frombuffer(pcm, np.int16), rate_hz, subtype="PCM_16", format="WAV")


def seconds_of(wav: Path) -> float:
    """How long a file is. Raises MediaError where it is none."""
    try:
        return float(soundfile.info(str(wav)).duration)
    except soundfile.LibsndfileError as error:
        raise MediaError(f"{wav.name} can't be read: {error}") from error
