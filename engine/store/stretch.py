"""Stretches of time with the number of rows in each: the total of a list, and the short way to a page of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows from the moment `since` on and before `until`; None where nothing bounds them."""

    since: datetime | None
    until: datetime | None
    rows: int


def passed_over(stretches: Iterable[Stretch], skipped: int) -> tuple[Stretch, int]:
    """The place after so many rows: in which stretch, and behind how many of its rows. Raises LookupError."""
    for stretch in stretches:
        if skipped < stretch.rows:
            return stretch, skipped
        skipped -= stretch.rows
    raise LookupError("There are fewer rows.")
