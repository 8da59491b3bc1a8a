"""The equalizer on sounds whose frequencies are known."""

import numpy as np
import pytest

from tts.equalizer import Equalizer
from tts.loudness import active_level
from tts.tones import sine

RATE = 16_000
CURVE = [(0.0, -40.0), (100.0, -20.0), (400.0, 0.0), (1000.0, 3.0), (3000.0, 9.0), (8000.0, 9.0)]


@pytest.mark.parametrize(("hz", "gain_db"), [(400, 0), (1000, 3), (2000, 6), (3000, 9), (6000, 9)])
def test_a_tone_is_made_as_much_stronger_as_the_curve_says(hz: int, gain_db: float) -> None:
    tone = sine((hz,), 1.0, RATE)

    equalized = Equalizer.of_curve(CURVE, RATE).applied(tone)

    assert active_level(equalized, RATE) - active_level(tone, RATE) == pytest.approx(gain_db, abs=1)


def test_what_is_below_the_voice_is_taken_away() -> None:
    hum = sine((50,), 1.0, RATE)

    equalized = Equalizer.of_curve(CURVE, RATE).applied(hum)

    assert active_level(equalized, RATE) < active_level(hum, RATE) - 15


@pytest.mark.parametrize("length", [0, 1, 100, RATE])
def test_it_is_as_long_as_before(length: int) -> None:
    assert len(Equalizer.of_curve(CURVE, RATE).applied(np.ones(length, np.float32))) == length


def test_it_is_not_delayed() -> None:
    click = np.zeros(RATE, np.float32)
    click[5000] = 1.0

    assert np.abs(Equalizer.of_curve(CURVE, RATE).applied(click)).argmax() == 5000
