"""What a caller's voice begins to do, told once each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.ports.recognition import SpeechBegan, SpeechPaused, SpeechResumed
from tts.recognition.utterance import Utterance

PAUSE_S: Final = 0.2
"""Of silence, after which all may be said."""


@dataclass(slots=True)
class Noticing:
    """Looks at an utterance after each piece of it."""

    utterance: Utterance
    began: bool = False
    paused: bool = False

    def news(self) -> Iterator[SpeechBegan | SpeechPaused | SpeechResumed]:
        """What has begun since the last look."""
        if not self.utterance.spoken:
            return
        if not self.began:
            self.began = True
            yield SpeechBegan()
        paused = self.utterance.pause_s >= PAUSE_S
        if paused != self.paused:
            self.paused = paused
            yield SpeechPaused() if paused else SpeechResumed()
