"""Sounds for far ends, by name and length instead of samples; a path stands for each, as bridges want one."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from engine.ports import Speech


@dataclass(frozen=True, slots=True)
class Sound:
    """A prompt, tone or file: the text that is spoken, or the name or URL of what is played, and how long it lasts."""

    name: str
    seconds: float
    speech: Speech | None = None
    """Where it is a text that is spoken."""

    @property
    def language(self) -> str | None:
        """The language of a text that is spoken; None of a tone or a file."""
        return self.speech.language if self.speech else None


class Sounds:
    """All sounds that were made, by the path of the WAV file that each would be in."""

    def __init__(self) -> None:
        self._made: dict[Path, Sound] = {}
        self._numbers = count(1)

    def path_of(self, sound: Sound) -> Path:
        """A new path that stands for the sound."""
        path = Path(f"{next(self._numbers)}.wav")
        self._made[path] = sound
        return path

    def at(self, path: Path) -> Sound | None:
        """The sound that a path stands for."""
        return self._made.get(path)

    def forget(self, path: Path) -> None:
        """Forget a sound, which can't be played any more."""
        self._made.pop(path, None)
