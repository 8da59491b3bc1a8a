"""Small files with secrets, for their owner alone, written whole or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from engine.errors import SetupError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def create(path: Path, content: bytes) -> None:
    """Write a new private file; of two processes, the first one's is kept. Raises OSError."""
    with _written(path, content) as name, suppress(FileExistsError):
        path.hardlink_to(name)


def replace(path: Path, content: bytes) -> None:
    """Put it in the place of what is there. Raises OSError."""
    with _written(path, content) as name:
        name.rename(path)


def require_private(path: Path) -> None:
    """Raises SetupError where others can read it, OSError where it is not there."""
    if path.stat().st_mode & _OTHERS:
        raise SetupError(f"{path} can be read by others. Run: chmod 600 {path}")


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    """Write the file to the disk under another name, and after it the folder too."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
        _sync_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
