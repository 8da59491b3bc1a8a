"""Gathers refused calls in memory and writes them at most once a second: a flood is a few rows and one write."""

from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol

import structlog

from engine.errors import StoreError
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.ports import Clock

WRITE_S: Final = 1.0
MOST_ALIKE: Final = 200
"""How many different ones are told apart between two writes; of a scan, the numbers and then the sources are not."""
_LONGEST_NUMBER: Final = 64

log = structlog.get_logger(__name__)


class RefusalRows(Protocol):
    """Where refusals stay."""

    async def add(self, gathered: Sequence[RefusedCalls]) -> None:
        """Raises StoreError."""
        ...


class Refusals:
    """Counts refusals on any thread; `run` writes them in asyncio's."""

    def __init__(self, rows: RefusalRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._lock = Lock()
        self._gathered: dict[RefusalKind, RefusedCalls] = {}

    def refused(self, rule: RefusalRule, source: str, number: str = "") -> None:
        """A call from a source, as "address:port", was refused. Costs microseconds, and waits for nothing."""
        self.refused_alike(rule, source.rpartition(":")[0].strip("[]"), number, 1)

    def refused_alike(self, rule: RefusalRule, host: str, number: str, count: int) -> None:
        """So many calls from an address were refused."""
        now = self._clock.now()
        with self._lock:
            for kind in (RefusalKind(host, rule, number[:_LONGEST_NUMBER]), RefusalKind(host, rule, "")):
                if kind in self._gathered or len(self._gathered) < MOST_ALIKE:
                    break
            else:
                kind = RefusalKind("", rule, "")
            self._add(RefusedCalls(kind, count, now, now))

    async def run(self) -> None:
        """Write what was gathered, once a second, for as long as the node runs."""
        while True:
            await self._clock.sleep(WRITE_S)
            await self.write()

    async def write(self) -> None:
        """Write what was gathered; what can't be written now is kept for the next time."""
        with self._lock:
            gathered, self._gathered = list(self._gathered.values()), {}
        if not gathered:
            return
        try:
            await self._rows.add(gathered)
        except StoreError as error:
            log.warning("refusals_not_written", reason=str(error), again_in_s=WRITE_S)
            with self._lock:
                for each in gathered:
                    self._add(each)

    def _add(self, refusal: RefusedCalls) -> None:
        before = self._gathered.get(refusal.kind)
        self._gathered[refusal.kind] = refusal if before is None else before.again(refusal)
