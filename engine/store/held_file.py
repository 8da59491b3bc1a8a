"""The database's file as it was opened: whether it is still the one that is found under its name."""

from pathlib import Path

import structlog

from engine.errors import StoreError

log = structlog.get_logger(__name__)


class HeldFile:
    """A file that stays open. What is written to one that was moved away or replaced is lost with it.

    It is asked on threads that may wait for the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = _identity(path)
        self._is_there = True

    def require(self) -> None:
        """Raises StoreError while another file has its name, or none."""
        before, self._is_there = self._is_there, _identity(self._path) == self._opened
        if not self._is_there:
            if before:
                log.error("database_replaced", path=str(self._path))
            raise StoreError(
                f"The file {self._path} is no longer the one that this node has opened: it was moved away or replaced. "
                "What calls in progress have to store waits. Put the file back that was there, or restart this node."
            )
        if not before:
            log.info("database_back", path=str(self._path))


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
