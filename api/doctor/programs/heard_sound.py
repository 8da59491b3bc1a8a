"""What is heard of a program on a simulated call: stretches of sound, told once each has ended, and kept as WAVs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from api.doctor.programs.g711 import Samples
from engine.simulator.outside import SoundOfProgram

_BREAK_S: Final = 0.5
"""A longer silence ends a stretch; a shorter one is a gap within it."""


class HeardSound:
    """The ear. Without a folder nothing is kept; all times are those of the loop."""

    def __init__(self, rate_hz: int, folder: Path | None, tell: Callable[[SoundOfProgram], None]) -> None:
        self._rate_hz = rate_hz
        self._folder = folder
        self._tell = tell
        self._frames: list[Samples] = []
        self._begins_s = 0.0
        self._until_s = 0.0
        self.stretches = 0
        """How many have begun."""

    @property
    def goes_on(self) -> bool:
        """Whether a stretch has begun and not ended."""
        return bool(self._frames)

    def takes(self, samples: Samples, now_s: float) -> None:
        """What is heard now; nothing where it is silent."""
        if len(samples):
            if not self._frames:
                self.stretches += 1
                self._begins_s = self._until_s = now_s
            self._fill(now_s)
            self._frames.append(samples)
            self._until_s += len(samples) / self._rate_hz
        elif self._frames and now_s - self._until_s > _BREAK_S:
            self.ends()

    def cleared(self, samples: int) -> None:
        """So much was thrown away of what was to follow."""
        if self._frames:
            self.ends(cleared_s=samples / self._rate_hz)

    def ends(self, *, cleared_s: float = 0.0) -> None:
        """Nothing more is heard of the stretch that goes on, if one does."""
        if not self._frames:
            return
        heard, self._frames = np.concatenate(self._frames), []
        self._tell(SoundOfProgram(self._begins_s, len(heard) / self._rate_hz, cleared_s, self._kept(heard)))

    def _fill(self, now_s: float) -> None:
        """A gap within the stretch is heard as one."""
        gap_s = now_s - self._until_s
        if gap_s > _LATE_S:
            self._frames.append(np.zeros(round(gap_s * self._rate_hz), np.int16))
            self._until_s += gap_s

    def _kept(self, heard: Samples) -> Path | None:
        if self._folder is None:
            return None
        wav = self._folder / f"{id(self)}-{self.stretches}.wav"
        soundfile.write(wav, heard, self._rate_hz, subtype="PCM_16")
        return wav


_LATE_S: Final = 0.1
"""By which a frame may be late, because the machine was busy."""
