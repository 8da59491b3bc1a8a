"""What a caller would hear of a program: its sound waits in a row, is played at real pace, and may be cleared."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from api.doctor.programs.g711 import Samples

CUSHION_S: Final = 0.04
"""How much waits before the first of it is heard, as calls have it."""
_LONGEST_GAP_S: Final = 0.5
"""A longer pause is one that the program makes."""
_LOUD: Final = 200
"""The mean amplitude of 20 ms from which on they are speech and not noise."""
_FRAMES_A_S: Final = 50


@dataclass(frozen=True, slots=True)
class PlayedPiece:
    """Sound of one message, and when it begins to be heard (s)."""

    begins_s: float
    samples: Samples


class Playout:
    """A caller's ear. All times are seconds of the trial."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: list[PlayedPiece] = []
        self._until_s = 0.0
        self.gaps_s: list[float] = []
        """Breaks within the sound, each because the program sent the rest too late."""

    @property
    def until_s(self) -> float:
        """Until when there is something to hear."""
        return self._until_s

    def add(self, at_s: float, samples: Samples) -> None:
        """Sound has come: it is heard behind what waits, after the cushion where nothing does."""
        begins_s = self._until_s if self._until_s > at_s else at_s + CUSHION_S
        if self._pieces and self._until_s < at_s <= self._until_s + _LONGEST_GAP_S:
            self.gaps_s.append(begins_s - self._until_s)
        self._pieces.append(PlayedPiece(begins_s, samples))
        self._until_s = begins_s + len(samples) / self._rate_hz

    def clear(self, at_s: float) -> float:
        """Throw away what waits; tells how many seconds that was."""
        thrown_s = max(0.0, self._until_s - at_s)
        self._pieces = [cut for each in self._pieces if len((cut := self._until(each, at_s)).samples)]
        self._until_s = min(self._until_s, at_s)
        return thrown_s

    def first_loud_s(self, since_s: float) -> float | None:
        """When speech begins to be heard from then on; None while none has come."""
        for piece in self._pieces:
            for number, loud in enumerate(self._loudness(piece)):
                at_s = piece.begins_s + number / _FRAMES_A_S
                if loud and at_s >= since_s:
                    return at_s
        return None

    def last_loud_s(self) -> float | None:
        """When speech will have ended, by what has come."""
        for piece in reversed(self._pieces):
            loud = np.flatnonzero(self._loudness(piece))
            if len(loud):
                return float(piece.begins_s + (loud[-1] + 1) / _FRAMES_A_S)
        return None

    def sound(self) -> Samples:
        """All of it on the line of time, with silence in between."""
        sound = np.zeros(round(self._until_s * self._rate_hz) + 1, np.int16)
        for piece in self._pieces:
            begin = round(piece.begins_s * self._rate_hz)
            sound[begin : begin + len(piece.samples)] = piece.samples[: len(sound) - begin]
        return sound

    def _until(self, piece: PlayedPiece, end_s: float) -> PlayedPiece:
        kept = max(0, round((end_s - piece.begins_s) * self._rate_hz))
        return PlayedPiece(piece.begins_s, piece.samples[:kept])

    def _loudness(self, piece: PlayedPiece) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        frame = self._rate_hz // _FRAMES_A_S
        whole = -(-len(piece.samples) // frame)
        padded = np.zeros(whole * frame, np.int32)
        padded[: len(piece.samples)] = piece.samples
        levels = np.abs(padded).reshape(whole, frame).mean(axis=1)
        loud: np.ndarray[tuple[int], np.dtype[np.bool_]] = levels > _LOUD
        return loud
