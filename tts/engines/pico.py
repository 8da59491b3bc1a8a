"""SVOX Pico through py-nanotts: clearer than espeak-ng in French, German, English, Spanish and Italian."""

import importlib
from typing import Any, Final

from tts.engines.base import EngineError, Samples, as_samples, said_in_runs
from tts.engines.counting import counted
from tts.engines.french_figures import with_figures
from tts.equalizer import Equalizer
from tts.script import ScriptUtterance

RATE_HZ: Final = 16_000
USUAL_RATE: Final = 185
"""Words per minute of Pico's own tempo: measured 168 (German) to 200 (English)."""

DEFAULT_RATE: Final = 130
"""Words per minute where none is asked for: its own are hard to follow on the telephone."""

_VOLUME: Final = 0.5  # at 1.0 Pico clips; the level is set afterwards anyway

_CURVE: Final = ((0, -40), (120, -12), (250, -4), (400, 0), (800, 3), (1600, 6), (3200, 9), (8000, 9))
"""Hz and dB. Above 1 kHz, where consonants are, Pico's voices are 15 dB duller than others, so that what G.711 adds of
noise hides them; and most of their energy is below 300 Hz, which a telephone does not carry. With more than this they
were understood less."""


class PicoEngine:
    """Pico says plain text only: of a manner, speed and loudness are obeyed."""

    def __init__(self) -> None:
        try:
            self._pico: Any = importlib.import_module("py_nanotts").NanoTTS()
        except ImportError as error:
            raise EngineError(
                f"The engine pico can't be loaded ({error}). It is there on x86-64 Linux, and comes with: make setup"
            ) from error
        self._equalizer = Equalizer.of_curve(_CURVE, RATE_HZ)

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say."""
        speed = (DEFAULT_RATE if rate is None else rate) / USUAL_RATE
        said = said_in_runs(counted(utterance), lambda text, faster: self._said(text, voice, speed * faster))
        return self._equalizer.applied(said), RATE_HZ

    def _said(self, text: str, voice: str, speed: float) -> Samples:
        # Pico reads markup of its own in any text, and one element of it plays a file of this machine.
        plain = text.translate({ord("<"): " ", ord(">"): " ", ord("&"): " + "})
        if voice == "fr-FR":
            plain = with_figures(plain)
        try:
            return as_samples(self._pico.speak(plain, voice=voice, speed=speed, volume=_VOLUME))
        except Exception as error:
            raise EngineError(f"pico: {error}") from error
