"""A recording's own time, and its marks."""

from datetime import UTC, datetime

import pytest

from engine.model.recording_marks import MarkKind, OwnTime, PauseBehavior, RecordingMark, moved

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def a_mark(at_s: float) -> RecordingMark:
    return RecordingMark(MarkKind.PAUSED, at_s, NOON, PauseBehavior.SKIP)


def test_gaps_are_left_out_of_a_recordings_own_time() -> None:
    time = OwnTime(100.0, lead_s=5.0)

    assert time.at(103.0) == 8.0
    time.stop(103.0)
    assert time.at(110.0) == 8.0
    time.go_on(110.0)
    assert time.at(112.0) == 10.0
    time.stop(113.0)
    time.go_on(120.0)
    assert time.at(121.0) == 12.0


@pytest.mark.parametrize(("at_s", "then_s"), [(6.5, 4.5), (1.0, 0.0), (30.0, 10.0)])
def test_marks_move_with_what_is_cut_off_the_beginning(at_s: float, then_s: float) -> None:
    [mark] = moved([a_mark(at_s)], cut_s=2.0, seconds=10.0)

    assert mark.at_s == then_s
    assert mark.time == NOON
