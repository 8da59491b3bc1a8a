"""A program's sound that waits to be heard, with its marks in between."""

from collections import deque
from typing import Final

import numpy as np

from api.doctor.programs.g711 import Samples

_LONGEST_S: Final = 600
_CUSHION_FRAMES: Final = 2
"""Taken in vain before the first of it is heard, as calls have it."""


class PlayedRow:
    """Sound and marks in the order in which they came; it is taken frame by frame. `frame` is in samples."""

    def __init__(self, frame: int, rate_hz: int) -> None:
        self._frame = frame
        self._most = _LONGEST_S * rate_hz
        self._row: deque[Samples | str] = deque()
        self._cushion = _CUSHION_FRAMES
        self.waiting = 0
        """Samples that are still to be heard."""
        self.refused = 0
        """Samples that came when ten minutes waited."""

    def add(self, samples: Samples) -> None:
        """Sound has come."""
        fits = samples[: self._most - self.waiting]
        self.refused += len(samples) - len(fits)
        if len(fits):
            self._row.append(fits)
            self.waiting += len(fits)

    def mark(self, name: str) -> None:
        """A mark has come."""
        self._row.append(name)

    def take(self) -> tuple[Samples, list[str]]:
        """The next frame, shorter at the end and empty where nothing is heard, and the marks that are reached."""
        marks = self._marks_in_front()
        if not self.waiting:
            self._cushion = _CUSHION_FRAMES
            return np.zeros(0, np.int16), marks
        if self._cushion:
            self._cushion -= 1
            return np.zeros(0, np.int16), marks
        pieces: list[Samples] = []
        wanted = self._frame
        while wanted and self.waiting:
            piece = self._row.popleft()
            assert not isinstance(piece, str), "marks in front were taken"
            if len(piece) > wanted:
                self._row.appendleft(piece[wanted:])
                piece = piece[:wanted]
            pieces.append(piece)
            wanted -= len(piece)
            self.waiting -= len(piece)
            marks += self._marks_in_front()
        return np.concatenate(pieces), marks

    def clear(self) -> tuple[int, list[str]]:
        """Throw all away: how many samples waited, and the marks that go back."""
        thrown, marks = self.waiting, [each for each in self._row if isinstance(each, str)]
        self._row.clear()
        self.waiting = 0
        return thrown, marks

    def _marks_in_front(self) -> list[str]:
        marks = []
        while self._row and isinstance(self._row[0], str):
            marks.append(str(self._row.popleft()))
        return marks
