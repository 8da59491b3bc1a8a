"""Protocols by which any part of a closed recording's bytes is read. Every method may block."""

import os
from pathlib import Path
from typing import Protocol

from engine.errors import RecordingError


class Readable(Protocol):
    """Bytes that do not change. Raises RecordingError."""

    @property
    def size(self) -> int:
        """The size in bytes."""
        ...

    def read(self, first: int, count: int) -> bytes:
        """So many from `first` on; fewer only at the end."""
        ...

    def close(self) -> None: ...


class FileReadable:
    """Reads the bytes of a local file, which may lose its name meanwhile."""

    def __init__(self, path: Path) -> None:
        """Raises RecordingError."""
        try:
            self._file = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise RecordingError(f"The recording can't be read: {error.strerror}.") from error
        self.size: int = os.fstat(self._file).st_size

    def read(self, first: int, count: int) -> bytes:
        try:
            return os.pread(self._file, count, first)
        except OSError as error:
            raise RecordingError(f"The recording can't be read: {error.strerror}.") from error

    def close(self) -> None:
        os.close(self._file)
