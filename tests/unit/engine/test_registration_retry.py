"""When a registration that has failed is asked for again."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.model.trunk.registration_retry import (
    LONGEST_REFUSED_S,
    LONGEST_S,
    LONGEST_TOLD_S,
    FailedRegistration,
)


def certain() -> float:
    return 0.0


def pauses(code: int, failures: int, retry_s: float = 5) -> list[float]:
    return [FailedRegistration(code, each).pause_s(retry_s, certain) for each in range(1, failures + 1)]


@pytest.mark.parametrize("code", [0, 408, 500, 503])
def test_a_registrar_that_is_away_is_asked_at_twice_the_distance_each_time(code: int) -> None:
    assert pauses(code, 8) == [5, 10, 20, 40, 80, 160, 300, 300]


@pytest.mark.parametrize("code", [401, 403, 404, 603])
def test_a_registrar_that_refuses_is_not_hammered(code: int) -> None:
    assert pauses(code, 6) == [5, 20, 80, 320, 1280, 1800]


def test_a_trunk_that_wants_to_wait_longer_waits_as_long_as_it_says() -> None:
    assert pauses(503, 3, retry_s=3600) == [3600, 3600, 3600]


@given(
    code=some.integers(300, 699),
    failures=some.integers(1, 10**6),
    retry_s=some.integers(5, 3600),
    chance=some.floats(0, 1, exclude_max=True),
)
def test_chance_takes_up_to_half_of_a_pause_away(code: int, failures: int, retry_s: int, chance: float) -> None:
    failed = FailedRegistration(code, failures)

    pause_s, longest_s = failed.pause_s(retry_s, lambda: chance), failed.pause_s(retry_s, certain)

    assert longest_s / 2 <= pause_s <= longest_s <= max(LONGEST_S, LONGEST_REFUSED_S, retry_s)
    assert pause_s >= min(retry_s, LONGEST_S) / 2


@given(told_s=some.integers(1, 10**9), failures=some.integers(1, 100), chance=some.floats(0, 1, exclude_max=True))
def test_what_the_registrar_asks_for_is_kept_whatever_the_answer_was(told_s: int, failures: int, chance: float) -> None:
    pause_s = FailedRegistration(503, failures, told_s).pause_s(5, lambda: chance)

    kept_s = min(told_s, LONGEST_TOLD_S)
    assert kept_s <= pause_s <= kept_s * 1.1
