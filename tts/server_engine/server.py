"""A speech server as the operator's settings name it, and what it is asked.

The protocol is the one that most servers of one's own speak: JSON in (model, voice, input, response_format, speed),
a file of sound out.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tts.script import ScriptUtterance, plain_text

USUAL_RATE: Final = 185
"""Words per minute taken as a voice's own tempo, as for Piper: a server tells none."""

_SPEEDS: Final = (0.25, 4.0)
_LEAST_S: Final = 5.0
_PER_CHARACTER_S: Final = 0.5
_BYTES_PER_SECOND: Final = 2 * 2 * 48_000
_HEAD_BYTES: Final = 64 * 1024


class AudioFormat(StrEnum):
    """The audio format of a server's answer: a WAV file, or 16-bit little-endian samples of one channel alone."""

    WAV = "wav"
    PCM = "pcm"


@dataclass(frozen=True, slots=True)
class SpeechServer:
    """One server, for one language.

    `url` is asked as it is written. `pcm_rate_hz` is what its samples are taken for where `format` is pcm, as those
    tell no rate. `speed` is the voice's usual, 1.0 for its own. A request may take `timeout_s` seconds, with all its
    retries. `version` is the operator's word for what the server runs: with another, prompts are made anew.
    """

    url: str
    voice: str
    model: str = "tts-1"
    key: str = field(default="", repr=False)
    format: AudioFormat = AudioFormat.WAV
    pcm_rate_hz: int = 24_000
    speed: float = 1.0
    timeout_s: float = 10.0
    version: str = ""

    def recipe(self) -> dict[str, Any]:
        """What a prompt's sound depends on, for the name of its file; the key is not part of it."""
        return {
            "url": self.url,
            "model": self.model,
            "voice": self.voice,
            "format": self.format,
            "pcm_rate_hz": self.pcm_rate_hz,
            "speed": self.speed,
            "version": self.version,
        }

    def question(self, utterance: ScriptUtterance, rate: int | None) -> dict[str, Any]:
        """The JSON that is sent: plain words, as such a server knows no manners. `rate` is in words per minute."""
        speed = self.speed if rate is None else self.speed * rate / USUAL_RATE
        return {
            "model": self.model,
            "voice": self.voice,
            "input": plain_text(utterance),
            "response_format": self.format.value,
            "speed": round(min(max(speed, _SPEEDS[0]), _SPEEDS[1]), 3),
        }


def longest_s(utterance: ScriptUtterance) -> float:
    """Seconds beyond which sound is no rendering of these words: the slowest speech takes half a second a letter."""
    return _LEAST_S + _PER_CHARACTER_S * utterance.characters


def longest_bytes(utterance: ScriptUtterance) -> int:
    """What a file of `longest_s` may hold: 16-bit samples of two channels at 48 kHz, and a head."""
    return _HEAD_BYTES + int(longest_s(utterance) * _BYTES_PER_SECOND)
