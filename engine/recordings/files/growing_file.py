"""A file that only grows, by whole pieces or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import RecordingError


class GrowingFile:
    """New and empty at first, for its owner alone. Raises RecordingError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with writing_to(path):
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            try:
                sync_folder(path.parent)
            except OSError:
                os.close(self._file)
                raise
        self._size = 0

    def append(self, piece: bytes) -> None:
        """All of it; where that fails, nothing of it stays."""
        with writing_to(self._path):
            try:
                left = memoryview(piece)
                while left:
                    left = left[os.write(self._file, left) :]
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._file, self._size)
                    os.lseek(self._file, self._size, os.SEEK_SET)
                raise
        self._size += len(piece)

    def rewrite(self, piece: bytes) -> None:
        """Put it over the file's first bytes."""
        with writing_to(self._path):
            os.pwrite(self._file, piece, 0)

    def end_at(self, place: int, piece: bytes) -> None:
        """Put it over what is there from `place` on, and let the file end behind it: that needs no more of the disk."""
        with writing_to(self._path):
            os.pwrite(self._file, piece, place)
            os.ftruncate(self._file, place + len(piece))

    def sync(self) -> None:
        with writing_to(self._path):
            os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """What the system refuses inside is a RecordingError."""
    try:
        yield
    except OSError as error:
        raise RecordingError(f"A recording can't be written to {path.parent}: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """So that a new name in it outlives a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
