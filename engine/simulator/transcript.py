"""The transcript of a simulation, line by line, and what the caller heard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.ports import Speech


class TranscriptMark(StrEnum):
    """The subject of a line of a simulation's transcript."""

    CALL = "call"
    SAYS = "says"
    PLAYS = "plays"
    WAITS = "waits"
    INPUT = "input"
    ASKS = "asks"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Line:
    """At a second of the call."""

    at_s: float
    mark: TranscriptMark
    text: str

    def __str__(self) -> str:
        minutes, seconds = divmod(int(self.at_s), 60)
        return f"{minutes:3}:{seconds:02}  {self.mark.value:<7} {self.text}"


@dataclass(frozen=True, slots=True)
class TranscriptSound:
    """Something that the caller hears from a second on: a text to speak, a file or tone by its name, or a WAV."""

    at_s: float
    seconds: float
    speech: Speech | None = None
    source: str = ""
    wav: Path | None = None
    """What a program that was reached has said, where that is kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a customer's server."""

    method: str
    url: str
    params: dict[str, str]


@dataclass(slots=True)
class SimulationTranscript:
    """The transcript of one simulated call, line by line."""

    lines: list[Line] = field(default_factory=list)
    sounds: list[TranscriptSound] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    seconds: float = 0.0
    ended_by: str = ""
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """Why it was not heard as it is written: prompts that failed, a fallback that was taken."""

    @property
    def said(self) -> list[str]:
        """The texts that were spoken, in order."""
        return [sound.speech.text for sound in self.sounds if sound.speech is not None]

    @property
    def played(self) -> list[str]:
        """The addresses of files that were played, in order."""
        return [sound.source for sound in self.sounds if sound.speech is None and "://" in sound.source]

    def lines_of(self, mark: TranscriptMark) -> Iterator[str]:
        """The lines of one mark."""
        return (line.text for line in self.lines if line.mark is mark)

    def __str__(self) -> str:
        return "\n".join(str(line) for line in self.lines)
