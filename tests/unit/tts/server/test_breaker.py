"""The circuit breaker, alone: on a clock that is set by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tts.server_engine.breaker import CircuitBreaker, Closed, Open, Trial


@dataclass
class Hand:
    """A clock that goes on when it is told to."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def opened(clock: Hand) -> CircuitBreaker:
    breaker = CircuitBreaker(clock, failures=3, rest_s=30)
    told = []
    for _ in range(3):
        assert breaker.admits()
        told.append(breaker.failed())
    assert told == [False, False, True]
    return breaker


def test_three_failures_in_a_row_open_it_for_as_long_as_it_rests() -> None:
    clock = Hand()
    breaker = opened(clock)

    clock.seconds = 29.9
    assert not breaker.admits()
    clock.seconds = 30
    assert breaker.admits()


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = CircuitBreaker(Hand(), failures=2)
    for _ in range(5):
        assert not breaker.failed()
        assert not breaker.succeeded()
    assert breaker.state == Closed()


def test_one_trial_at_a_time_decides() -> None:
    clock = Hand()
    breaker = opened(clock)
    clock.seconds = 30
    assert [breaker.admits(), breaker.admits()] == [True, False]

    assert not breaker.failed()
    assert not breaker.admits()
    clock.seconds = 60
    assert breaker.admits()
    assert breaker.succeeded()
    assert [breaker.admits(), breaker.admits()] == [True, True]


def test_a_trial_that_tells_nothing_is_anothers_to_make() -> None:
    clock = Hand()
    breaker = opened(clock)
    clock.seconds = 30
    assert breaker.admits()
    breaker.abandoned()
    assert breaker.admits()
    assert breaker.state == Trial()


def test_who_was_on_the_way_already_does_not_make_the_rest_longer() -> None:
    clock = Hand()
    breaker = opened(clock)
    clock.seconds = 20
    assert not breaker.failed()
    assert breaker.state == Open(30)


@given(st.lists(st.tuples(st.sampled_from(["ask", "succeed", "fail", "abandon"]), st.floats(0, 40)), max_size=60))
def test_whatever_happens_it_admits_somebody_after_a_rest_and_nobody_while_a_trial_runs(
    steps: list[tuple[str, float]],
) -> None:
    clock = Hand()
    breaker = CircuitBreaker(clock, failures=3, rest_s=30)
    under_way = 0
    for what, later in steps:
        clock.seconds += later
        before = breaker.state
        if what == "ask":
            admitted = breaker.admits()
            match before:
                case Closed():
                    assert admitted
                case Open(until):
                    assert admitted == (clock.seconds >= until)
                    assert until <= clock.seconds + 30
                case Trial():
                    assert not admitted
            under_way += admitted
        elif under_way:
            under_way -= 1
            closes = what == "succeed" and breaker.succeeded()
            opens = what == "fail" and breaker.failed()
            if what == "abandon":
                breaker.abandoned()
            assert closes == (what == "succeed" and not isinstance(before, Closed))
            assert opens == (isinstance(before, Closed) and isinstance(breaker.state, Open))
    clock.seconds += 31
    while under_way:
        under_way -= 1
        breaker.abandoned()
    assert breaker.admits()
