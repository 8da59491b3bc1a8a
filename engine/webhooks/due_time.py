"""The time by which it is told whether something is due that was put off."""

from datetime import datetime, timedelta

from engine.ports import Clock


class DueTime:
    """Follows the clock forward, never back: where the clock is set back, it goes on from where it was.

    So what was put off for a minute is due after a minute or earlier, and not after the hour that a clock was wrong by.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest = clock.now()
        self._at_s = clock.monotonic()

    def now(self) -> datetime:
        """UTC, or later than that."""
        at_s = self._clock.monotonic()
        self._latest = max(self._clock.now(), self._latest + timedelta(seconds=at_s - self._at_s))
        self._at_s = at_s
        return self._latest
