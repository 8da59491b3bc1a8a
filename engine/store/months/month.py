"""A month of the calendar, in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A year and the number of a month in it."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The month that a moment is in."""
        utc = moment.astimezone(UTC)
        return cls(utc.year, utc.month)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    def plus(self, months: int) -> "Month":
        """The one so many months later."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04}_{self.number:02}"
