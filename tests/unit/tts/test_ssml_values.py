"""How loud, fast, high and long, in every spelling that SSML 1.1 §3.2.3 and §3.2.4 allow and people use."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.ssml_values import break_ms, pitch_percent, rate_percent, volume_percent


@pytest.mark.parametrize(
    ("text", "percent"),
    [("x-slow", 60), ("Fast", 120), ("85%", 85), ("85.5%", 86), ("+10%", 110), ("-20%", 80), ("1.2", 120), ("5%", 20),
     ("999%", 300), ("quick", None), ("2st", None), ("", None)],
)  # fmt: skip
def test_rates(text: str, percent: int | None) -> None:
    assert rate_percent(text) == percent


@pytest.mark.parametrize(
    ("text", "percent"),
    [("silent", 0), ("+6dB", 200), ("-10dB", 32), ("+0dB", 100), ("-6db", 50), ("+60dB", 300), ("50%", 50),
     ("-50%", 50), ("100", 100), ("0", 0), ("+20", 120), ("loudest", None), ("3Hz", None)],
)  # fmt: skip
def test_volumes(text: str, percent: int | None) -> None:
    assert volume_percent(text) == percent


@pytest.mark.parametrize(
    ("text", "percent"),
    [("low", 85), ("+12st", 200), ("-2st", 89), ("+10Hz", 108), ("-12Hz", 90), ("240Hz", 200), ("-10%", 90),
     ("+2.5st", 116), ("1Hz", 20), ("tall", None), ("3dB", None)],
)  # fmt: skip
def test_pitches(text: str, percent: int | None) -> None:
    assert pitch_percent(text) == percent


@pytest.mark.parametrize(
    ("time", "strength", "ms"),
    [("500ms", None, 500), ("1.5s", None, 1500), (".5s", "strong", 500), ("11s", None, 11_000), ("90s", None, 60_000),
     (None, None, 400), (None, "none", 0), ("-1s", None, None), ("3", None, None), (None, "huge", None)],
)  # fmt: skip
def test_breaks(time: str | None, strength: str | None, ms: int | None) -> None:
    assert break_ms(time, strength) == ms


@pytest.mark.parametrize("read", [rate_percent, volume_percent, pitch_percent, lambda text: break_ms(text, None)])
@given(text=st.one_of(st.text(max_size=12), st.from_regex(r"[+-]?[0-9.]{1,9}(%|dB|st|Hz|s|ms)?", fullmatch=True)))
def test_whatever_is_written_gives_a_value_within_bounds_or_none(read: Callable[[str], int | None], text: str) -> None:
    value = read(text)

    assert value is None or 0 <= value <= 60_000
