"""MBROLA's recorded voices by Debian's espeak-ng: an engine that operators turn on, for their licence is not free.

espeak-ng finds the phonemes, and the program mbrola says them with a voice file. They are run as commands, so that
neither is part of the product; the library of tts/engines/espeak.py has no data for these voices.
"""

import subprocess
import wave
from pathlib import Path
from typing import Final

from tts.engines.base import EngineError, Samples, as_samples
from tts.engines.counting import counted
from tts.engines.espeak_markup import markup
from tts.mbrola_files import missing
from tts.script import ScriptUtterance

DEFAULT_RATE: Final = 130
DUTCH_RATE: Final = 115
"""Words per minute where none is asked for; a recogniser misread more of Dutch at 130 and at 150."""

_LIMIT_S: Final = 30.0


class MbrolaEngine:
    """Each utterance is one run of espeak-ng, which takes some 40 ms."""

    def __init__(self, scratch: Path) -> None:
        self._file = scratch / "mbrola.wav"

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say; `voice` is a voice file's name, such as nl2."""
        if (lacking := missing(voice)) is not None:
            raise EngineError(lacking)
        usual = DUTCH_RATE if utterance.language.startswith("nl") else DEFAULT_RATE
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.unlink(missing_ok=True)
        command = [
            "espeak-ng",
            "-v",
            f"mb/mb-{voice}",
            "-s",
            str(rate or usual),
            "-m",
            "--stdin",
            "-w",
            str(self._file),
        ]
        try:
            done = subprocess.run(
                command, input=markup(counted(utterance)).encode(), capture_output=True, timeout=_LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"espeak-ng with MBROLA did not finish within {_LIMIT_S:g} seconds.") from error
        if done.returncode != 0 or not self._file.exists():
            raise EngineError(f"espeak-ng with MBROLA: {done.stderr.decode(errors='replace').strip()[-200:]}")
        with wave.open(str(self._file), "rb") as wav:
            return as_samples(wav.readframes(wav.getnframes())), wav.getframerate()
