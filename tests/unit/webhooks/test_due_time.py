"""The time by which it is told what is due, while somebody sets the clock."""

from datetime import UTC, datetime, timedelta

from engine.webhooks.due_time import DueTime

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class HandClock:
    """Time that passes by hand, of a clock that can be set."""

    def __init__(self) -> None:
        self.passed = self.set_by = timedelta(0)

    def now(self) -> datetime:
        return NOON + self.passed + self.set_by

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def test_a_clock_that_is_set_back_delays_nothing() -> None:
    clock = HandClock()
    time = DueTime(clock)
    due_at = time.now() + MINUTE

    clock.set_by = -HOUR
    clock.passed = MINUTE

    assert time.now() == due_at


def test_it_is_as_late_as_the_clock_says_that_was_set_forward() -> None:
    clock = HandClock()
    time = DueTime(clock)

    clock.set_by = HOUR
    clock.passed = MINUTE

    assert time.now() == NOON + HOUR + MINUTE


def test_once_the_clock_is_ahead_again_it_is_the_clocks() -> None:
    clock = HandClock()
    time = DueTime(clock)
    clock.set_by = -HOUR
    time.now()

    clock.set_by = timedelta(0)
    clock.passed = MINUTE

    assert time.now() == clock.now()
