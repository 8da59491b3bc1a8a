"""The product's recogniser as a judge of speech: what it makes of a prompt that came over the telephone."""

import base64
from pathlib import Path

import numpy as np
import soundfile

from engine.model.languages import primary_language
from tests.peers.g711 import PCMA
from tts.pool import WorkerPool

_LONGEST_READING_S = 60.0


async def read_by(judge: WorkerPool, wav: Path, language: str) -> str:
    """The text of a WAV at 8 kHz, as G.711 carries it, or at 16 kHz; `judge` runs the recogniser's program."""
    pcm, rate_hz = soundfile.read(wav, dtype="int16")
    if rate_hz == 8000:
        pcm = PCMA.decode(PCMA.encode(pcm))
    job = {
        "do": "read", "pcm": base64.b64encode(np.asarray(pcm, "<i2").tobytes()).decode(), "rate_hz": rate_hz,
        "language": primary_language(language), "hints": [], "careful": True, "threads": 2,
    }  # fmt: skip
    return str((await judge.run(job, timeout_s=_LONGEST_READING_S))["text"])
