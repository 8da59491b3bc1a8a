"""When the retention sweep will delete a recording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.recording import UNFINISHED, Recording
from engine.privacy.retention import DataCategory, Periods
from engine.store.retention import Retention


@dataclass(frozen=True, slots=True)
class Deletion:
    """`periods` are those of accounts without their own."""

    retention: Retention
    periods: Periods

    async def after(self, account_id: str, found: Sequence[Recording]) -> Mapping[str, datetime]:
        """When recordings are deleted, by identifier; those that run, are held or kept for ever are left out."""
        periods = self.periods.overridden(await self.retention.periods(account_id))
        held = await self.retention.held([each.id for each in found])
        due = {each.id: _after(each, periods) for each in found if each.id not in held}
        return {identifier: at for identifier, at in due.items() if at is not None}


def _after(recording: Recording, periods: Periods) -> datetime | None:
    if recording.status in UNFINISHED:
        return None
    return periods.kept_until(DataCategory.RECORDINGS, recording.ended_at or recording.started_at)
