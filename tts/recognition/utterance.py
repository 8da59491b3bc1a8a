"""One caller's utterance, from the first sound of a voice to the silence after it, told by loudness alone."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

FRAME_S: Final = 0.02
LEAD_S: Final = 0.3
"""Kept of what was before the voice was loud enough; words begin softly."""
TAIL_S: Final = 0.4
LONGEST_S: Final = 25.0
"""Of a piece that is read at once; the model hears thirty seconds."""

_SAMPLE_BYTES: Final = 2
_VOICE_FRAMES: Final = 4  # in a row; what is shorter is a click
_OVER_NOISE_DB: Final = 12.0
_LEAST_DBOV: Final = -48.0
_SILENCE_DBOV: Final = -90.0
_NOISE_AT_FIRST_DBOV: Final = -65.0
_NOISE_RISES_DB: Final = 0.1  # a frame: noise that stays is known as such within some seconds
_CUT_WITHIN_S: Final = 5.0


@dataclass(slots=True)
class Utterance:
    """Hears mono 16-bit PCM at rate_hz; has ended when the caller spoke and was silent for end_silence_s.

    Before a voice is heard, only the last LEAD_S are kept.
    """

    rate_hz: int
    end_silence_s: float
    _kept: bytearray = field(default_factory=bytearray)
    _levels: list[float] = field(default_factory=list)
    _rest: bytes = b""
    _first: int = 0
    _heard: int = 0
    _voice_until: int | None = None
    _run: int = 0
    _noise_dbov: float = _NOISE_AT_FIRST_DBOV

    @property
    def spoken(self) -> bool:
        return self._voice_until is not None

    @property
    def spoken_until_s(self) -> float:
        """Time of the last voice since the beginning; 0.0 where there was none."""
        return (self._voice_until or 0) * FRAME_S

    @property
    def pause_s(self) -> float:
        """Silence since the last voice."""
        return 0.0 if self._voice_until is None else (self._heard - self._voice_until) * FRAME_S

    @property
    def ended(self) -> bool:
        return self.spoken and self.pause_s >= self.end_silence_s

    @property
    def too_long(self) -> bool:
        """Whether a piece should be taken, as the whole is more than can be read at once."""
        return self.spoken and len(self._levels) * FRAME_S > LONGEST_S

    def hear(self, pcm: bytes) -> None:
        """More of it; what comes after its end is not heard."""
        frame = self._frame_bytes
        pcm = self._rest + pcm
        whole = len(pcm) // frame * frame
        self._rest = pcm[whole:]
        samples = np.frombuffer(pcm[:whole], "<i2").astype(np.float64).reshape(-1, frame // _SAMPLE_BYTES) / 32768.0
        power = np.mean(samples**2, axis=1)
        levels = 10 * np.log10(np.maximum(power, 10 ** (_SILENCE_DBOV / 10)))
        for number, level in enumerate(levels):
            if self.ended:
                return
            self._kept += pcm[number * frame : (number + 1) * frame]
            self._hear_frame(float(level))

    def audio(self) -> bytes:
        """What was said and is not taken yet, without the silence around it."""
        if self._voice_until is None:
            return b""
        until = self._voice_until - self._first + round(TAIL_S / FRAME_S)
        return bytes(self._kept[: max(0, until) * self._frame_bytes])

    def take(self) -> bytes:
        """Remove the first piece, of LONGEST_S at most and up to a quiet place, and give it."""
        most = round(LONGEST_S / FRAME_S)
        least = most - round(_CUT_WITHIN_S / FRAME_S)
        cut = least + int(np.argmin(self._levels[least:most]))
        piece = bytes(self._kept[: cut * self._frame_bytes])
        self._drop(cut)
        return piece

    @property
    def _frame_bytes(self) -> int:
        return round(self.rate_hz * FRAME_S) * _SAMPLE_BYTES

    def _hear_frame(self, level_dbov: float) -> None:
        self._levels.append(level_dbov)
        self._heard += 1
        voice = level_dbov > max(_LEAST_DBOV, self._noise_dbov + _OVER_NOISE_DB)
        self._noise_dbov = min(level_dbov, self._noise_dbov + _NOISE_RISES_DB)
        self._run = self._run + 1 if voice else 0
        if self._run >= _VOICE_FRAMES:
            self._voice_until = self._heard
        elif not self.spoken:
            self._drop(len(self._levels) - round(LEAD_S / FRAME_S))

    def _drop(self, frames: int) -> None:
        if frames > 0:
            del self._kept[: frames * self._frame_bytes]
            del self._levels[:frames]
            self._first += frames
