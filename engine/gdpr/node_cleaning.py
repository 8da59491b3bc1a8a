"""Carries out what this node must still delete on its disk, since another has erased what it was of."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from engine.errors import StoreError
from engine.gdpr.caches import emptied
from engine.model.node import DutyKind
from engine.ports import Clock
from engine.store.node_duties import NodeDuties, NodeDuty

_EVERY_S: Final = 3.0

log = structlog.get_logger(__name__)


class NodeCleaning:
    """Deletes files of `recordings`, a folder, and empties `caches`. What can't be deleted is tried again."""

    def __init__(
        self, duties: NodeDuties, node: str, clock: Clock, *, recordings: Path, caches: Sequence[Path]
    ) -> None:
        self._duties = duties
        self._node = node
        self._clock = clock
        self._recordings = recordings
        self._caches = caches

    async def run(self) -> None:
        """Look every few seconds, for ever; cancel it to stop."""
        while True:
            try:
                await self.carry_out()
            except StoreError as error:
                log.error("duties_not_read", error=str(error))
            await self._clock.sleep(_EVERY_S)

    async def carry_out(self) -> None:
        """Do what there is to do. Raises StoreError."""
        for duty in await self._duties.of(self._node):
            try:
                await asyncio.to_thread(self._do, duty)
            except OSError as error:
                log.error("file_not_deleted", kind=duty.kind.value, reason=error.strerror)
            else:
                await self._duties.done(duty)

    def _do(self, duty: NodeDuty) -> None:
        match duty.kind:
            case DutyKind.FILE:
                (self._recordings / Path(duty.file).name).unlink(missing_ok=True)
            case DutyKind.CACHES:
                for folder in self._caches:
                    emptied(folder)
