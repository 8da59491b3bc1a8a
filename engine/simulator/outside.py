"""Programs outside of a simulation, which its call reaches over the network: what others implement for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.ports.agents import AgentConnector
from engine.ports.streams import ProgramFinder, StreamPlan, StreamWire


@dataclass(frozen=True, slots=True)
class PersonsWords:
    """What the person on the line says to a program that hears sound: a text, or what is in a file."""

    text: str
    language: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class SoundOfProgram:
    """Sound of a program that was heard without a break from a second of the loop's time on, and has ended.

    `cleared_s` is what a clear threw away of it.
    """

    begins_s: float
    seconds: float
    cleared_s: float = 0.0
    wav: Path | None = None


class StreamWatch(Protocol):
    """Is told of what happens on a media stream to a program outside."""

    def hears(self) -> None:
        """The program hears the call from now on; safe to repeat."""
        ...

    def has_sounded(self, sound: SoundOfProgram) -> None:
        """The person has heard something of the program, and nothing more follows at once."""
        ...

    def mark_returned(self, name: str) -> None:
        """A mark has gone back to the program."""
        ...

    def ended(self) -> None:
        """There is no connection any more, or there never was one."""
        ...


class OutsideStream(StreamWire, Protocol):
    """A media stream to a program outside."""

    @property
    def sounds(self) -> int:
        """How often the program has begun to be heard."""
        ...

    @property
    def is_heard(self) -> bool:
        """Whether the program is heard now, or has sound that waits."""
        ...

    async def hear_person(self, words: PersonsWords) -> None:
        """Let the program hear the person say this, to its end. Raises SpeechError, MediaError."""
        ...


class OutsidePrograms(ProgramFinder, AgentConnector, Protocol):
    """Finds programs outside and connects to them, by the rules for what leaves; failures say how they are mended."""

    def prepare(self, words: Sequence[PersonsWords], rate_hz: int) -> None:
        """Make ahead what a person will say, however long that takes; what fails does so once it is said."""
        ...

    def open(self, plan: StreamPlan, watch: StreamWatch) -> OutsideStream:
        """Begin to connect; events tell how it goes."""
        ...
