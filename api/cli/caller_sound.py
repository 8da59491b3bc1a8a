"""What a caller says to a program, as sound: a text in our voices, or a file."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from api.doctor.programs.g711 import Samples
from engine.ports import Speech
from tts.decode import decode
from tts.synthesizer import SpeechService

_LONGEST_SOUND_S: Final = 120.0


async def samples_of_text(service: SpeechService, text: str, language: str, rate_hz: int) -> Samples:
    """A text as our voices say it. Raises SpeechError."""
    return _read(await service.render(Speech(text, language), rate_hz=rate_hz))


def samples_of_file(file: Path, rate_hz: int) -> Samples:
    """A file as it sounds. Raises MediaError."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        decode(file, out, rate_hz=rate_hz, limit_s=_LONGEST_SOUND_S)
        return _read(out)


def _read(wav: Path) -> Samples:
    samples, _ = soundfile.read(str(wav), dtype="int16")
    return np.asarray(samples, np.int16)
