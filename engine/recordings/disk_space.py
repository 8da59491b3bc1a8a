"""Whether the disk has room for what calls leave behind: a call of which nothing can be stored is not begun."""

import asyncio
import shutil
from pathlib import Path
from typing import Final

import structlog

from engine.errors import NoSpace

LEAST_BYTES: Final = 4 * 1024 * 1024
"""Some thousand calls with their events; what runs goes on below it."""
LOOK_S: Final = 1.0

log = structlog.get_logger(__name__)


class DiskSpace:
    """Looks again and again on a thread of its own, as a disk that hangs would hold up everybody."""

    def __init__(self, folder: Path | None, least_bytes: int = LEAST_BYTES) -> None:
        """`folder` is what must have room; None where the data is kept elsewhere."""
        self._folder = folder
        self._least_bytes = least_bytes
        self._free_bytes: int | None = None

    @property
    def full(self) -> bool:
        """Whether no call is to begin now."""
        return self._free_bytes is not None and self._free_bytes < self._least_bytes

    def fault(self) -> str | None:
        """What is wrong and what helps, in words; None while there is room. On any thread."""
        if not self.full:
            return None
        return f"The disk that holds {self._folder} is full; make room, and calls can be placed again."

    def require(self) -> None:
        """Raise NoSpace when the disk is full."""
        if (fault := self.fault()) is not None:
            raise NoSpace(fault)

    async def watch(self) -> None:
        """Look once a second, for as long as the node runs."""
        while self._folder is not None:
            await self.look(self._folder)
            await asyncio.sleep(LOOK_S)

    async def look(self, folder: Path) -> None:
        """See how much is free now."""
        was_full = self.full
        try:
            self._free_bytes = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        except OSError as error:
            log.error("disk_not_seen", folder=str(folder), error=str(error))
            return
        if self.full != was_full:
            log.warning("disk_full" if self.full else "disk_has_room", folder=str(folder), free=self._free_bytes)
