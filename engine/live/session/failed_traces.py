"""Keeps what was said by SIP about calls that failed, before newer calls take its place in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from engine.diagnosis.ladder import Arrow, ladder
from engine.errors import SipError, StoreError
from engine.model.call import Call, Status
from engine.ports import Clock, SipTrace

WRITE_S: Final = 1.0
MOST: Final = 20
"""How many are kept of those that fail between two writes. Where more do, they fail alike."""

log = structlog.get_logger(__name__)


class CallRows(Protocol):
    """Where calls are looked up."""

    async def get(self, call_id: str) -> Call | None:
        """Raises StoreError."""
        ...


class TraceRows(Protocol):
    """Where traces stay."""

    async def add(self, traces: Mapping[str, Sequence[Arrow]], at: datetime) -> None:
        """Raises StoreError."""
        ...


class FailedTraces:
    """Hears of what happens to calls (`note` is a listener of the ledger) and writes once a second, if anything."""

    def __init__(self, trace: SipTrace, calls: CallRows, rows: TraceRows, clock: Clock) -> None:
        self._trace = trace
        self._calls = calls
        self._rows = rows
        self._clock = clock
        self._failed: set[str] = set()

    def note(self, call_id: str, kind: str, facts: Mapping[str, Any]) -> None:
        """Something has happened on a call."""
        if kind == "status" and facts.get("status") == Status.FAILED and len(self._failed) < MOST:
            self._failed.add(call_id)

    async def run(self) -> None:
        """Write what has failed, for as long as the node runs."""
        while True:
            await self._clock.sleep(WRITE_S)
            await self.write()

    async def write(self) -> None:
        """Write what has failed. What can't be written is not tried again: it is for diagnosis alone."""
        failed, self._failed = self._failed, set()
        try:
            found = {call_id: await self._arrows(call_id) for call_id in failed}
            if traces := {call_id: arrows for call_id, arrows in found.items() if arrows}:
                await self._rows.add(traces, self._clock.now())
        except (StoreError, SipError) as error:
            log.warning("traces_not_written", calls=len(failed), reason=str(error))

    async def _arrows(self, call_id: str) -> Sequence[Arrow]:
        call = await self._calls.get(call_id)
        if call is None or call.sip_call_id is None:
            return ()
        return ladder(await self._trace.messages(call.sip_call_id))
