"""Has the parts of months there before their rows come, for as long as a node runs."""

from collections.abc import Sequence
from typing import Final

import structlog

from engine.errors import StoreError
from engine.ports import Clock
from engine.store.months.monthly_table import MONTHLY
from engine.store.months.months import Months

EVERY_S: Final = 3600.0

log = structlog.get_logger(__name__)


class MonthKeeper:
    """Several nodes may do so at once: what one has made the other finds."""

    def __init__(self, months: Months, clock: Clock) -> None:
        self._months = months
        self._clock = clock
        self._too_late: Sequence[str] = ()

    @property
    def cautions(self) -> Sequence[str]:
        """What is wrong with them, in words; it hinders no call."""
        return [
            f"Rows came before their part {name} was there, so they are kept with all others: lists read more, and "
            "they go one by one. Are the clocks of all nodes right?"
            for name in self._too_late
        ]

    async def run(self) -> None:
        """Look at once and each hour, for ever; cancel it to stop."""
        while True:
            await self.keep()
            await self._clock.sleep(EVERY_S)

    async def keep(self) -> None:
        """Make what lacks. What can't be made now is made an hour later: there are two months' time."""
        too_late: list[str] = []
        for table in MONTHLY:
            try:
                done = await self._months.make(table, self._clock.now())
            except StoreError as error:
                log.warning("months_not_made", table=table.name, reason=str(error))
                continue
            too_late.extend(done.too_late)
            if done.made:
                log.info("months_made", table=table.name, parts=list(done.made))
        for name in set(too_late).difference(self._too_late):
            log.warning("month_has_no_part", part=name)
        self._too_late = too_late
