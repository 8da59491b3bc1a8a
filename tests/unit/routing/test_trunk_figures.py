"""What a trunk's meter tells of the last hour."""

from hypothesis import given
from hypothesis import strategies as st

from engine.routing.trunk_figures import MOST, WINDOW_S, TrunkFigures, TrunkMeter


def test_nothing_is_told_of_a_trunk_without_calls() -> None:
    assert TrunkMeter().figures(0) == TrunkFigures(0, 0, None, None, None, None, None)


def test_attempts_durations_delays_and_quality_are_told() -> None:
    meter = TrunkMeter()
    meter.rang(1, 100)
    meter.rang(2, 300)
    for second in (1, 2):
        meter.tried(second, answered=True)
    meter.tried(3, answered=False)
    meter.ended(60, 58, 4.2)

    figures = meter.figures(61)

    assert (figures.calls, figures.attempts, figures.answer_seizure_ratio) == (1, 3, 0.667)
    assert (figures.average_duration_s, figures.mos) == (58, 4.2)
    assert 100 <= (figures.post_dial_delay_p50_ms or 0) < (figures.post_dial_delay_p95_ms or 0) <= 300


def test_a_call_without_packets_has_a_duration_and_no_quality() -> None:
    meter = TrunkMeter()
    meter.tried(0, answered=True)

    meter.ended(5, 5, None)

    assert (meter.figures(6).average_duration_s, meter.figures(6).mos) == (5, None)


def test_what_is_older_than_an_hour_is_told_no_more_but_calls_that_go_on_are() -> None:
    meter = TrunkMeter()
    meter.tried(0, answered=True)

    figures = meter.figures(WINDOW_S)

    assert (figures.attempts, figures.calls) == (0, 1)


@given(st.lists(st.booleans(), max_size=50))
def test_the_ratio_is_that_of_the_attempts(answers: list[bool]) -> None:
    meter = TrunkMeter()
    for answered in answers:
        meter.tried(0, answered=answered)

    figures = meter.figures(1)

    assert figures.attempts == len(answers)
    assert figures.answer_seizure_ratio == (round(sum(answers) / len(answers), 3) if answers else None)


def test_memory_is_bounded() -> None:
    meter = TrunkMeter()
    for _ in range(MOST + 5):
        meter.tried(0, answered=False)

    assert meter.figures(1).attempts == MOST
