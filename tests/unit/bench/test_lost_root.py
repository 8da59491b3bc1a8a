"""When those who are left hear each other again, by what one of them has heard since the root was killed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.lost_root import whole_again_s
from tests.peers.audio import Sound, joined, silence, tone

HZ = 620
ANOTHER_HZ = 860
STEP_S = 0.06


@settings(max_examples=20)
@given(until_s=st.floats(0.1, 1), away_s=st.floats(0.5, 4), back_s=st.floats(0.5, 2))
def test_it_is_when_the_tone_is_back_to_stay(until_s: float, away_s: float, back_s: float) -> None:
    heard = joined(tone(HZ, until_s), silence(away_s), tone(HZ, back_s))

    assert whole_again_s(heard, HZ) == pytest.approx(until_s + away_s, abs=STEP_S)


def test_a_return_that_does_not_last_is_none() -> None:
    heard = joined(tone(HZ, 1), silence(1), tone(HZ, 0.5), silence(1), tone(HZ, 1))

    assert whole_again_s(heard, HZ) == pytest.approx(3.5, abs=STEP_S)


def test_who_was_heard_all_the_time_was_never_away_and_a_gap_changes_nothing() -> None:
    heard = joined(tone(HZ, 1), silence(0.1), tone(HZ, 1))

    assert whole_again_s(heard, HZ) == pytest.approx(0, abs=STEP_S)


@pytest.mark.parametrize("end", [silence(1), tone(ANOTHER_HZ, 1)])
def test_who_is_not_heard_at_the_end_is_still_away(end: Sound) -> None:
    with pytest.raises(RuntimeError, match="not heard at the end"):
        whole_again_s(joined(tone(HZ, 1), end), HZ)
