"""The prompts of both sides: the same sound, as WAV for ours and as bytes of A-law for Asterisk."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.peers.g711 import PCMA

_RATE_HZ = 8000
_SEED = 16


def wav(seconds: float) -> bytes:
    """16-bit WAV at 8 kHz."""
    file = io.BytesIO()
    soundfile.write(file, _voice(seconds), _RATE_HZ, format="WAV", subtype="PCM_16")
    return file.getvalue()


def a_law(seconds: float) -> bytes:
    """The same as the bytes of a file in A-law."""
    return PCMA.encode(_voice(seconds))


def _voice(seconds: float) -> NDArray[np.int16]:
    """Noise in syllables: as loud as somebody who speaks, and with pauses as speech has them."""
    count = int(seconds * _RATE_HZ)
    noise = np.random.default_rng(_SEED).normal(0, 3000, count)
    syllables = np.clip(np.sin(2 * np.pi * 3 * np.arange(count) / _RATE_HZ), 0, 1)
    voice: NDArray[np.int16] = np.clip(noise * syllables, -32768, 32767).astype(np.int16)
    return voice
