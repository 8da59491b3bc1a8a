"""Percentiles, medians, the split of a cost, ratios and growth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.statistics import (
    Batch,
    cost_by_length,
    growth,
    highest_clean,
    medians,
    of_gaps,
    of_set_up,
    percentile,
    ratio,
)

CALLS = 100
positive = st.floats(min_value=0.01, max_value=1000)


def test_a_percentile_is_one_of_the_values_and_the_last_at_most() -> None:
    assert percentile([5, 1, 3, 2, 4], 0.5) == 3
    assert percentile([5, 1, 3, 2, 4], 0.99) == 5
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_what_was_not_measured_has_no_figure() -> None:
    assert of_set_up([8.0, 4.0]) == {"setup_ms_p50": 8.0, "setup_ms_p95": 8.0, "setup_ms_p99": 8.0}
    assert of_gaps([20.0, 95.0, 20.0]) == {"gap_ms_p99": 95.0, "gap_ms_worst": 95.0}
    assert of_set_up([]) == of_gaps([]) == {}


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), share=st.floats(0, 1))
def test_so_many_of_the_values_do_not_exceed_a_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)


def test_rounds_are_summed_up_by_their_medians_and_no_failure_is_lost() -> None:
    rounds = [{"failed": 0, "cpu": 5.0}, {"failed": 2, "cpu": 9.0, "gap": 20.0}, {"failed": 1, "cpu": 6.0}]

    assert medians(rounds) == {"failed": 3, "cpu": 6.0, "gap": 20.0}


@given(per_call=positive, per_second=positive, short_s=st.floats(1, 10), more_s=st.floats(1, 100))
def test_two_lengths_tell_a_calls_own_cost_from_that_of_its_seconds(
    per_call: float, per_second: float, short_s: float, more_s: float
) -> None:
    def batch(length_s: float) -> Batch:
        return Batch(CALLS, length_s, CALLS * (per_call + per_second * length_s) / 1000)

    found = cost_by_length(batch(short_s), batch(short_s + more_s))

    assert found["cpu_ms_per_call"] == pytest.approx(per_call, rel=1e-3, abs=1e-3)
    assert found["cpu_ms_per_further_second"] == pytest.approx(per_second, rel=1e-3)
    assert found["cpu_ms_per_call_second"] == pytest.approx(per_call / (short_s + more_s) + per_second, rel=1e-3)


def test_one_length_tells_nothing_apart() -> None:
    with pytest.raises(ValueError, match="same length"):
        cost_by_length(Batch(CALLS, 4, 1), Batch(CALLS, 4, 2))


@pytest.mark.parametrize(("ours", "other"), [({}, {"cpu": 1.0}), ({"cpu": 1.0}, {}), ({"cpu": 1.0}, {"cpu": 0.0})])
def test_there_is_no_ratio_to_nothing(ours: dict[str, float], other: dict[str, float]) -> None:
    assert ratio(ours, other, "cpu") is None


def test_growth_is_from_each_load_to_the_next() -> None:
    assert growth({200: 12.0, 50: 4.0, 100: 4.0}) == {100: 1.0, 200: 3.0}


def test_the_highest_clean_load_is_below_the_first_failure() -> None:
    assert highest_clean({10: 0, 20: 0, 40: 1, 80: 0}) == 20
    assert highest_clean({10: 1, 20: 0}) is None
