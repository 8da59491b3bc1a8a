"""hibari: a small neural voice, American English, female. Understood best of all that come with the product."""

import importlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from tts.engines.base import EngineError, Samples, said_in_runs
from tts.script import ScriptUtterance

USUAL_RATE: Final = 185
"""Words per minute of the voice's own tempo."""

DEFAULT_RATE: Final = 160
"""Words per minute where none is asked for."""

_SEED: Final = 1
"""Of the noise in its breath: with one and the same, a text always sounds the same."""


class HibariEngine:
    """hibari says plain text only: of a manner, speed and loudness are obeyed. The voice takes some 200 MB."""

    def __init__(self) -> None:
        try:
            hibari: Any = importlib.import_module("hibari")
            voices: Any = importlib.import_module("hibari.voices")
        except ImportError as error:
            raise EngineError(f"The engine hibari can't be loaded ({error}). It comes with: make setup") from error
        # Its other voices are fetched from the net when they are first named; this one is in the package.
        self._bundled: str = voices.DEFAULT
        model = Path(voices.ASSETS, voices.VOICES[self._bundled]["file"])
        self._voice: Any = hibari.Hibari(voice=self._bundled, model=str(model), threads=1)

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say."""
        if voice != self._bundled:
            raise EngineError(f"hibari has no voice '{voice}' in its package.")
        speed = (DEFAULT_RATE if rate is None else rate) / USUAL_RATE
        return said_in_runs(utterance, lambda text, faster: self._said(text, speed * faster)), self._voice.sample_rate

    def _said(self, text: str, speed: float) -> Samples:
        try:
            samples: Samples = self._voice(text, speed=speed, seed=_SEED).astype(np.float32)
        except Exception as error:
            raise EngineError(f"hibari: {error}") from error
        return samples
