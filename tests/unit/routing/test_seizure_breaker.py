"""A trunk whose answer-seizure ratio has fallen is left alone for a window, and is measured by its past after it."""

import pytest

from engine.routing.answer_seizure import SeizureRule
from engine.routing.seizure_breaker import SeizureBreaker

RULE = SeizureRule(enough_calls=30, window_s=300)


def calls(breaker: SeizureBreaker, answered: int, of: int, at: float) -> None:
    for number in range(of):
        breaker.ended(number < answered, at)


@pytest.fixture
def breaker() -> SeizureBreaker:
    """One of a trunk of which 60 of 100 calls are answered; its next window begins at 300 s."""
    made = SeizureBreaker(RULE)
    calls(made, 60, of=100, at=0.0)
    return made


def test_a_trunk_that_answers_as_ever_is_used(breaker: SeizureBreaker) -> None:
    calls(breaker, 55, of=100, at=300.0)

    assert not breaker.is_open(300.0)


def test_calls_of_few_seconds_that_all_fail_open_it_once_they_are_enough(breaker: SeizureBreaker) -> None:
    calls(breaker, 0, of=29, at=300.0)
    before = breaker.is_open(300.0)
    calls(breaker, 0, of=1, at=301.0)

    assert (before, breaker.is_open(301.0)) == (False, True)


def test_it_is_open_for_a_window(breaker: SeizureBreaker) -> None:
    calls(breaker, 0, of=30, at=590.0)

    assert breaker.is_open(889.0)
    assert not breaker.is_open(890.0)


def test_calls_that_go_by_it_all_the_same_do_not_keep_it_open(breaker: SeizureBreaker) -> None:
    calls(breaker, 0, of=30, at=300.0)
    calls(breaker, 0, of=100, at=500.0)

    assert not breaker.is_open(600.0)


def test_a_trunk_that_is_still_bad_is_left_alone_again_after_enough_calls(breaker: SeizureBreaker) -> None:
    calls(breaker, 0, of=30, at=300.0)
    calls(breaker, 0, of=29, at=600.0)
    before = breaker.is_open(600.0)
    calls(breaker, 0, of=1, at=601.0)

    assert (before, breaker.is_open(601.0)) == (False, True)
