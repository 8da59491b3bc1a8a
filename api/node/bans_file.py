"""The bans in force as a file for a packet filter, which is always whole and always true."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from engine.model.ban import SourceBan
from engine.model.ban_export import nftables_input
from engine.ports import Clock
from engine.security import private_file

log = structlog.get_logger(__name__)


class BansFile:
    """What `nft -f` takes, written anew whenever bans begin, end or are lifted. Belongs to asyncio's thread."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        """Without a path nothing is written."""
        self._path = path
        self._clock = clock
        self._written: Sequence[SourceBan] | None = None
        self._failed = False

    async def keep(self, bans: Sequence[SourceBan]) -> None:
        """Write those of the bans that are in force, if these are others than before.

        What can't be written is a line of the log, once, and is tried again the next time.
        """
        now = self._clock.now()
        in_force = [each for each in bans if each.until > now]
        if self._path is None or in_force == self._written:
            return
        try:
            await asyncio.to_thread(private_file.replace, self._path, nftables_input(in_force, now).encode())
        except OSError as error:
            if not self._failed:
                log.error("bans_file_not_written", path=str(self._path), error=str(error))
            self._failed = True
            return
        self._written, self._failed = in_force, False
