"""Levels, peaks and resampling on signals whose values are known."""

import numpy as np
import pytest

from tts.loudness import active_level, faded, levelled, resampled, trimmed
from tts.tones import sine

RATE = 8000


@pytest.mark.parametrize("gain", [0.001, 0.1, 1.0, 5.0])
def test_speech_of_any_loudness_gets_the_same_level(gain: float) -> None:
    quiet = sine((440,), 1.0, RATE) * np.float32(gain)

    assert active_level(levelled(quiet, RATE), RATE) == pytest.approx(-23.0, abs=0.3)


def test_no_peak_passes_the_ceiling() -> None:
    clicks = np.random.default_rng(1).normal(0, 0.02, RATE).astype(np.float32)
    clicks[::500] = 1.0

    assert np.abs(levelled(clicks, RATE)).max() <= 10 ** (-3 / 20)


def test_pauses_do_not_count_in_the_level() -> None:
    speech = sine((440,), 1.0, RATE)
    with_pause = np.concatenate([speech, np.zeros(3 * RATE, np.float32), speech])

    assert active_level(with_pause, RATE) == pytest.approx(active_level(speech, RATE), abs=0.1)


def test_silence_stays_silent() -> None:
    silence = np.zeros(RATE, np.float32)

    assert active_level(silence, RATE) == -120.0
    assert not levelled(silence, RATE).any()
    assert len(trimmed(silence, RATE)) == 0
    assert len(trimmed(silence[:0], RATE)) == 0


def test_silence_around_is_trimmed_to_ten_milliseconds() -> None:
    padded = np.pad(sine((440,), 1.0, RATE), RATE)

    assert len(trimmed(padded, RATE)) == pytest.approx(1.02 * RATE, abs=0.01 * RATE)


@pytest.mark.parametrize(("hz", "least_db"), [(300, -0.5), (3400, -0.5)])
def test_the_telephone_band_passes_the_resampler(hz: float, least_db: float) -> None:
    tone = sine((hz,), 1.0, 22050)

    gain = active_level(resampled(tone, 22050, RATE), RATE) - active_level(tone, 22050)

    assert gain > least_db


def test_what_the_new_rate_cannot_hold_is_gone() -> None:
    assert active_level(resampled(sine((4500,), 1.0, 22050), 22050, RATE)[400:-400], RATE) < -90


def test_both_ends_fade() -> None:
    loud = np.ones(RATE, np.float32)

    assert faded(loud, RATE)[0] == faded(loud, RATE)[-1] == 0
    assert faded(loud, RATE)[RATE // 2] == 1
    assert len(faded(loud[:1], RATE)) == 1
