"""A file system of its own, small enough to be filled; mounting it needs root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mounted on the folder, which is made."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        _unmount(folder)


def _unmount(folder: Path) -> None:
    """Raises CalledProcessError where something on it is still open; it is gone nevertheless once that is closed."""
    try:
        subprocess.run(["umount", folder], check=True)
    except subprocess.CalledProcessError:
        subprocess.run(["umount", "--lazy", folder], check=True)
        raise
