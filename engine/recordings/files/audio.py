"""The Protocols by which a recording's file is written and read, sealed or not. Every method may block on the disk."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self


class RecordingFile(Protocol):
    """A recording's file while it is written: frames of 16-bit little-endian samples, one a channel.

    Whatever fails raises RecordingError; what was whole before is then still whole.
    """

    def append(self, frames: bytes) -> None: ...

    def sync(self) -> None:
        """Put on the disk what was appended."""
        ...

    def close(self) -> None:
        """Write the end, and put it on the disk."""
        ...

    def abandon(self) -> None:
        """Let go of the file as it is."""
        ...


class Audio(Protocol):
    """A closed recording's samples, of which any part can be read. Raises RecordingError, SealBroken."""

    @property
    def channels(self) -> int: ...
    @property
    def rate_hz(self) -> int: ...
    @property
    def frames(self) -> int: ...

    def read(self, first: int, count: int) -> bytes:
        """So many frames from `first` on, counted from 0; fewer only at the end."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A closed recording. `size_bytes` and `sha256` are those of its WAV, 16-bit PCM, as it is downloaded.

    `cut_s` seconds of silence were cut off its beginning.
    """

    path: Path
    seconds: float
    channels: int
    rate_hz: int
    size_bytes: int
    sha256: str
    cut_s: float = 0.0
