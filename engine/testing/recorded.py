"""A recording as tests see it: its row as stored, and who is to be heard in it for how long."""

from dataclasses import dataclass, field

from engine.model.recording import Recording
from engine.testing.far_end import FarEnd
from engine.testing.voices import prompt_bit, seconds_with, voice_bit


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that has ended; `pcm` is empty where nothing of it was kept."""

    row: Recording
    pcm: bytes = field(repr=False)

    def seconds_of(self, who: FarEnd, channel: int | None = None) -> float:
        """Seconds that a far end is heard in the recording, on one channel (counted from 0) or on any."""
        return self._seconds(voice_bit(who.id), channel)

    def seconds_of_prompts(self, channel: int | None = None) -> float:
        """Seconds that anything that was played is heard in the recording."""
        return self._seconds(prompt_bit(), channel)

    def _seconds(self, bit: int, channel: int | None) -> float:
        if not self.pcm:
            return 0.0
        row = self.row
        return seconds_with(self.pcm, bit, channels=row.channels, rate_hz=row.rate_hz, channel=channel)
