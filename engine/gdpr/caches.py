"""Caches of files that can be made or fetched again, emptied where they may tell of a person."""

from pathlib import Path


def emptied(folder: Path) -> int:
    """Delete a cache's files; how many there were. Which prompt tells a number can't be seen from its sound."""
    files = [path for path in folder.rglob("*") if path.is_file() and not _is_under_way(path.relative_to(folder))]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def _is_under_way(path: Path) -> bool:
    """A live call waits for what is made there; it is of no call that has ended, and moves or goes by itself."""
    return any(part == "scratch" or part.startswith("download-") for part in path.parts[:-1])
