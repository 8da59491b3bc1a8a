"""What happened on a trial of a program, a line for each thing, as people read it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class TrialSide(StrEnum):
    """Who did something."""

    PLATFORM = "platform"
    CALLER = "caller"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """What was done, by whom, so many seconds after the connection stood."""

    at_s: float
    side: TrialSide
    text: str

    def __str__(self) -> str:
        return f"{self.at_s:7.2f} s  {self.side:<8}  {self.text}"


class Diary:
    """Keeps the lines and the time; each line is told to `tell` as it comes."""

    def __init__(self, tell: Callable[[DiaryLine], None]) -> None:
        self._to = tell
        self._began = time.monotonic()
        self.lines: list[DiaryLine] = []

    @property
    def now_s(self) -> float:
        """Seconds since the connection stood."""
        return time.monotonic() - self._began

    def tell(self, side: TrialSide, text: str) -> None:
        """Something has happened now."""
        line = DiaryLine(self.now_s, side, text)
        self.lines.append(line)
        self._to(line)
