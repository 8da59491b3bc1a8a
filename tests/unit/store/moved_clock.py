"""A clock that tests move: SQLite's, which is that of its node."""

from datetime import datetime, timedelta

from tests.unit.store.samples import NOON


class MovedClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
