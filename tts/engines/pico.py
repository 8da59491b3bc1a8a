"""SVOX Pico through py-nanotts: the extra [pico]. Clearer than espeak-ng in French, German and English."""

import importlib
from typing import Any, Final

from tts.engines.base import EngineError, Samples, as_samples, plain_text
from tts.script import Utterance

RATE_HZ: Final = 16_000
USUAL_RATE: Final = 185
"""Words per minute of Pico's own tempo: measured 168 (German) to 200 (English)."""

_VOLUME: Final = 0.5  # at 1.0 Pico clips; the level is set afterwards anyway


class PicoEngine:
    """Pico says plain text only; manners are dropped."""

    def __init__(self) -> None:
        try:
            self._pico: Any = importlib.import_module("py_nanotts").NanoTTS()
        except ImportError as error:
            raise EngineError(
                "The engine pico is not installed. Install it with: pip install 'telefoon[pico]'"
            ) from error

    def say(self, utterance: Utterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say."""
        # Pico reads markup of its own in any text, and one element of it plays a file of this machine.
        text = plain_text(utterance).translate({ord("<"): " ", ord(">"): " ", ord("&"): " + "})
        speed = 1.0 if rate is None else rate / USUAL_RATE
        try:
            pcm = self._pico.speak(text, voice=voice, speed=speed, volume=_VOLUME)
        except Exception as error:
            raise EngineError(f"pico: {error}") from error
        return as_samples(pcm), RATE_HZ
