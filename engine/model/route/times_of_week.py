"""A time of the week, as Monday to Friday from 9 to 17, in the clock of a place."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo


class Weekday(IntEnum):
    """The days as Python counts them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


EVERY_DAY: Final = frozenset(Weekday)


@dataclass(frozen=True, slots=True)
class TimeOfWeek:
    """A span from `start` until before `end` on some days; one that ends no later than it starts ends the next day."""

    zone: str
    days: frozenset[Weekday] = EVERY_DAY
    start: time = time.min
    end: time = time.min

    def contains(self, moment: datetime) -> bool:
        """Whether a moment, which has a zone of its own, is in it."""
        local = moment.astimezone(ZoneInfo(self.zone))
        today, now = Weekday(local.weekday()), local.time()
        if self.start < self.end:
            return today in self.days and self.start <= now < self.end
        yesterday = Weekday((local - timedelta(days=1)).weekday())
        return (today in self.days and now >= self.start) or (yesterday in self.days and now < self.end)
