"""When a request is made again, and after how long."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.server_engine.retrying import RETRIES, pause_s

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_pauses_grow_and_end_after_two() -> None:
    assert [pause_s(retry, 10, None, NOW) for retry in range(3)] == [0.2, 0.6, None]


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("3", 3.0), (" 0 ", 0.2), ("11", None), ("9" * 40, None), ("soon", 0.2), ("-5", 0.2), ("", 0.2), ("1.5", 0.2),
        (format_datetime(NOW + timedelta(seconds=4), usegmt=True), 4.0),
        (format_datetime(NOW - timedelta(days=4), usegmt=True), 0.2),
        (format_datetime(NOW + timedelta(days=4), usegmt=True), None),
        ("Sat, 28 Nov 2026 12:00:05 -0000", 5.0),
    ],
)  # fmt: skip
def test_what_the_server_asks_for_is_respected_within_the_time(said: str, pause: float | None) -> None:
    assert pause_s(0, 10, said, NOW) == pause


@given(st.integers(0, 9), st.floats(0, 60), st.text(max_size=40))
def test_no_pause_is_longer_than_what_is_left(retry: int, left_s: float, said: str) -> None:
    pause = pause_s(retry, left_s, said, NOW)
    assert pause is None or (0 < pause < left_s and retry < RETRIES)
