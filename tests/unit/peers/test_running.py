"""How a run of the tests is organised."""

import pytest

from tests.running.__main__ import INTERRUPTED, NO_TESTS, PASSED, verdict
from tests.running.order import by_turns
from tests.running.pace import factor

FAILED = 1


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((PASSED, PASSED), PASSED),
        ((PASSED, NO_TESTS), PASSED),
        ((NO_TESTS, PASSED), PASSED),
        ((NO_TESTS, NO_TESTS), NO_TESTS),
        ((FAILED, PASSED), FAILED),
        ((PASSED, FAILED), FAILED),
        ((INTERRUPTED,), INTERRUPTED),
    ],
)
def test_a_run_has_passed_if_no_part_failed_and_one_had_tests(codes: tuple[int, ...], expected: int) -> None:
    assert verdict(codes) == expected


def test_limits_are_as_chosen_on_an_idle_machine() -> None:
    assert factor(0.001, beside=1) == 1.0


def test_limits_grow_with_the_time_that_work_takes_and_the_workers_beside_within_bounds() -> None:
    slow, slower = factor(0.02, beside=1), factor(0.04, beside=1)
    assert 1.0 < slow < slower
    assert factor(0.001, beside=1000) == factor(100.0, beside=1) == 10.0


def test_what_computes_and_what_waits_are_spread_over_each_other_each_in_its_order() -> None:
    assert by_turns(["a", "b", "c", "d"], ["1", "2"]) == ["a", "1", "b", "c", "2", "d"]
    assert by_turns([], ["1", "2"]) == by_turns(["1", "2"], []) == ["1", "2"]
