"""Removes what has been kept long enough, in small batches with rests between, so that calls never wait for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

import structlog

from engine.errors import RecordingError, StoreError
from engine.model.recording import Recording
from engine.ports import Clock
from engine.privacy.log_folder import LogFolder
from engine.privacy.retention import DataCategory, Periods, Swept
from engine.store.accounts import Accounts
from engine.store.audit import Audit
from engine.store.leases import Leases
from engine.store.months.monthly_table import EVENTS, EXCHANGES
from engine.store.months.months import Months
from engine.store.retention import SWEPT, Retention

BATCH: Final = 100
EVERY_S: Final = 3600.0
_BY_MONTH: Final = {DataCategory.EVENTS: EVENTS, DataCategory.WEBHOOKS: EXCHANGES}
_FIRST_S: Final = 60.0
_REST_S: Final = 0.05
_LEASE: Final = "retention"

log = structlog.get_logger(__name__)


class NodeRows(Protocol):
    """Rows that belong to the node and to no account: refused calls, and what has changed of trunks."""

    async def count_before(self, before: datetime) -> int:
        """How many are from before a moment. Raises StoreError."""
        ...

    async def remove_before(self, before: datetime) -> int:
        """Remove these; how many. Raises StoreError."""
        ...


class Sweeper:
    """`periods` are those of accounts without their own; `discard` deletes a recording with its file.

    `logs` is where this node writes its logs, if it does; `as_logs` are rows with the same period. By `leases`, one of
    several nodes sweeps the rows of all, and each what is on its own disk.
    """

    def __init__(
        self, retention: Retention, accounts: Accounts, audit: Audit, clock: Clock, *, periods: Periods, node: str,
        discard: Callable[[Recording], Awaitable[None]], months: Months, logs: LogFolder | None = None,
        as_logs: Sequence[NodeRows] = (), leases: Leases | None = None,
    ) -> None:  # fmt: skip
        self._retention = retention
        self._accounts = accounts
        self._audit = audit
        self._clock = clock
        self._periods = periods
        self._node = node
        self._discard = discard
        self._months = months
        self._logs = logs
        self._as_logs = as_logs
        self._leases = leases

    async def run(self, actor: str, first_s: float = _FIRST_S, every_s: float = EVERY_S) -> None:
        """Sweep what is past its period, for ever; cancel it to stop."""
        await self._clock.sleep(first_s)
        while True:
            try:
                await self.sweep(actor, every_s)
            except StoreError as error:
                log.error("sweep_failed", error=str(error))
            await self._clock.sleep(every_s)

    async def due(self) -> list[Swept]:
        """What a sweep would take now."""
        found: list[Swept] = []
        now = self._clock.now()
        for account_id, periods in await self._of_accounts():
            for kind in SWEPT:
                before = periods.due_before(kind, now)
                if before is not None:
                    found.append(Swept(account_id, kind, await self._retention.count(account_id, kind, before)))
        if self._logs is not None and (before := self._periods.due_before(DataCategory.LOGS, now)) is not None:
            found.append(Swept("", DataCategory.LOGS, len(await asyncio.to_thread(self._logs.due, before))))
        if (before := self._periods.due_before(DataCategory.LOGS, now)) is not None:
            found.extend([Swept("", DataCategory.LOGS, await rows.count_before(before)) for rows in self._as_logs])
        return [each for each in found if each.count]

    async def sweep(self, actor: str, for_s: float = 0.0) -> list[Swept]:
        """Take it; with `for_s`, rows only if no other node has them to take, and then for so long.

        What was taken is on the audit log, also where the sweep broke off.
        """
        taken: list[Swept] = []
        rows_too = self._leases is None or not for_s or await self._leases.take(_LEASE, self._node, for_s)
        kinds = SWEPT if rows_too else [DataCategory.RECORDINGS]
        try:
            await self._take_logs(taken)
            if rows_too:
                await self._take_rows_of_the_node(taken)
                await self._take_months(actor, taken)
            for account_id, periods in await self._of_accounts():
                for kind in kinds:
                    await self._take(account_id, kind, periods, taken)
        finally:
            await self._tell(actor, taken)
        if not rows_too:
            return taken
        before = self._periods.due_before(DataCategory.AUDIT, self._clock.now())
        pruned = await self._audit.prune(actor, before) if before is not None else 0
        return [*taken, Swept("", DataCategory.AUDIT, pruned)] if pruned else taken

    async def _take_months(self, actor: str, taken: list[Swept]) -> None:
        """Months of which nothing has to be kept for any account go at once; all others go row by row."""
        now = self._clock.now()
        of_accounts = [periods for _, periods in await self._of_accounts()]
        for kind, table in _BY_MONTH.items():
            before = _earliest([periods.due_before(kind, now) for periods in of_accounts])
            if before is None:
                continue
            try:
                dropped = await self._months.drop(table, before, actor, now)
            except StoreError as error:
                log.warning("months_not_dropped", table=table.name, reason=str(error))
                continue
            taken.extend(Swept("", kind, month.rows) for month in dropped if month.rows)

    async def _of_accounts(self) -> list[tuple[str, Periods]]:
        accounts = await self._accounts.all()
        return [(each.id, self._periods.overridden(await self._retention.periods(each.id))) for each in accounts]

    async def _take(self, account_id: str, kind: DataCategory, periods: Periods, taken: list[Swept]) -> None:
        before = periods.due_before(kind, self._clock.now())
        while before is not None:
            if kind is DataCategory.RECORDINGS:
                count = await self._discarded(
                    await self._retention.due_recordings(account_id, before, self._node, BATCH)
                )
            else:
                count = await self._retention.remove(account_id, kind, before, BATCH)
            if count:
                taken.append(Swept(account_id, kind, count))
            if count < BATCH:
                return
            await asyncio.sleep(_REST_S)

    async def _take_logs(self, taken: list[Swept]) -> None:
        before = self._periods.due_before(DataCategory.LOGS, self._clock.now())
        if self._logs is None or before is None:
            return
        try:
            count = await asyncio.to_thread(self._logs.remove, before)
        except OSError as error:
            log.error("logs_not_deleted", folder=str(self._logs.path), reason=error.strerror)
            return
        if count:
            taken.append(Swept("", DataCategory.LOGS, count))

    async def _take_rows_of_the_node(self, taken: list[Swept]) -> None:
        before = self._periods.due_before(DataCategory.LOGS, self._clock.now())
        if before is None:
            return
        counts = [await rows.remove_before(before) for rows in self._as_logs]
        taken.extend(Swept("", DataCategory.LOGS, count) for count in counts if count)

    async def _discarded(self, rows: Sequence[Recording]) -> int:
        """One whose file can't be deleted stays for the next sweep."""
        count = 0
        for row in rows:
            try:
                await self._discard(row)
            except RecordingError as error:
                log.error("recording_not_deleted", recording=row.id, reason=str(error))
            else:
                count += 1
        return count

    async def _tell(self, actor: str, taken: Sequence[Swept]) -> None:
        """A row for each account of which something went, and one for a sweep that found nothing."""
        for account_id in dict.fromkeys(each.account_id for each in taken):
            counts: dict[str, int] = {}
            for each in taken:
                if each.account_id == account_id:
                    counts[each.kind.value] = counts.get(each.kind.value, 0) + each.count
            await self._audit.add(actor, "retention.sweep", account_id or "node", **counts)
        if not taken:
            await self._audit.add(actor, "retention.sweep", "nothing")


def _earliest(ends: Sequence[datetime | None]) -> datetime | None:
    """None where there is none, or one keeps for ever."""
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(ends) else None
