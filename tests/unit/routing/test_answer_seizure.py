"""A trunk's answer-seizure ratio: enough calls and a clear fall below its own baseline, and nothing else, count."""

from hypothesis import given
from hypothesis import strategies as st

from engine.routing.answer_seizure import AnswerSeizure, SeizureRule

RULE = SeizureRule(enough_calls=30, window_s=300)


def window(seizure: AnswerSeizure, answered: int, of: int, at: float) -> AnswerSeizure:
    """After some calls at one moment, of which so many were answered."""
    for number in range(of):
        seizure = seizure.ended(answered=number < answered, now=at)
    return seizure


def with_baseline(answered: int, of: int = 100) -> AnswerSeizure:
    """After a whole window of such calls; the next one begins at 300 seconds."""
    return window(AnswerSeizure(RULE, since=0.0), answered, of, at=1.0).at(300.0)


def test_a_trunk_without_a_past_has_not_fallen() -> None:
    assert not window(AnswerSeizure(RULE, since=0.0), 0, of=100, at=1.0).has_fallen


def test_a_clear_fall_over_enough_calls_is_one() -> None:
    assert window(with_baseline(60), 3, of=30, at=310.0).has_fallen


def test_few_calls_say_nothing() -> None:
    assert not window(with_baseline(60), 0, of=29, at=310.0).has_fallen


def test_a_small_loss_is_no_fall_however_many_calls_show_it() -> None:
    assert not window(with_baseline(60), 1200, of=3000, at=310.0).has_fallen


def test_a_trunk_that_seldom_answers_is_measured_by_itself() -> None:
    seldom = with_baseline(10)

    assert not window(seldom, 0, of=30, at=310.0).has_fallen
    assert window(seldom, 0, of=300, at=310.0).has_fallen


def test_a_new_window_begins_without_the_old_calls() -> None:
    fallen = window(with_baseline(60), 0, of=40, at=310.0)

    assert not fallen.at(700.0).has_fallen
    assert fallen.at(700.0).ratio is None


def test_a_fall_is_not_learnt_as_the_new_baseline() -> None:
    assert window(with_baseline(60), 0, of=100, at=310.0).at(700.0).baseline == 0.6


def test_a_slow_change_is_learnt() -> None:
    assert window(with_baseline(60), 50, of=100, at=310.0).at(700.0).baseline == 0.59


def test_a_window_of_few_calls_teaches_nothing() -> None:
    assert window(with_baseline(60), 29, of=29, at=310.0).at(700.0).baseline == 0.6


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=200))
def test_ratio_and_baseline_are_parts_of_one(calls: list[tuple[bool, float]]) -> None:
    seizure, now = AnswerSeizure(SeizureRule(enough_calls=3, window_s=60), since=0.0), 0.0

    for answered, pause in calls:
        now += pause
        seizure = seizure.ended(answered, now)
        assert 0 <= (seizure.ratio or 0) <= 1
        assert 0 <= (seizure.baseline or 0) <= 1
