"""The listener is judged with sounds of which we know what is in them."""

from pathlib import Path

import numpy as np
import pytest

from tests.peers.audio import (
    Sound,
    contains,
    hears,
    joined,
    level_dbov,
    longest_gap,
    silence,
    sounding_s,
    tone,
    tone_level,
    when_heard,
)
from tests.peers.g711 import PCMA, PCMU, Law


def speechlike(seconds: float, seed: int = 1) -> Sound:
    """Noise in syllables: nothing in it repeats."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, 0.08, round(seconds * 8000))
    smooth = np.convolve(samples, np.hanning(9) / 4, mode="same")
    loudness = np.repeat(random.uniform(0.05, 1.0, int(seconds * 6) + 1), 8000 // 6 + 1)[: len(smooth)]
    return Sound(smooth * loudness, 8000)


def through(law: Law, sound: Sound) -> Sound:
    return Sound.of_pcm(law.decode(law.encode(sound.at_rate(8000).pcm)), 8000)


def test_a_full_scale_sine_has_minus_three_dbov() -> None:
    assert level_dbov(np.sin(np.arange(8000) * 0.3)) == pytest.approx(-3.01, abs=0.05)


def test_silence_has_the_lowest_level() -> None:
    assert silence(1).level_dbov == -100
    assert level_dbov(np.empty(0)) == -100


def test_a_tone_is_measured_at_its_level_and_nowhere_else() -> None:
    sound = tone(440, 1, dbov=-20)
    assert tone_level(sound, 440) == pytest.approx(-20, abs=0.5)
    assert tone_level(sound, 880) < -60


def test_two_tones_share_the_level() -> None:
    sound = tone([697, 1209], 1, dbov=-10)
    assert sound.level_dbov == pytest.approx(-10, abs=0.1)
    assert tone_level(sound, 697) == pytest.approx(-13, abs=0.5)
    assert tone_level(sound, 1209) == pytest.approx(-13, abs=0.5)


def test_tells_when_a_tone_was_there() -> None:
    sound = joined(silence(0.5), tone(440, 0.4), silence(0.3), tone(880, 0.5), tone(440, 0.3))
    first, second = when_heard(sound, 440)
    assert (first.start_s, first.end_s) == pytest.approx((0.5, 0.9), abs=0.04)
    assert (second.start_s, second.end_s) == pytest.approx((1.7, 2.0), abs=0.04)
    assert hears(sound, 440, seconds=0.65)
    assert hears(sound, 880, seconds=0.4)
    assert not hears(sound, 880, seconds=0.6)
    assert not hears(sound, 620)


def test_counts_how_long_anything_is_heard() -> None:
    sound = joined(silence(0.5), tone(440, 1, dbov=-20), silence(0.3), tone((300, 1200), 0.5), tone(440, 2, dbov=-50))
    assert sounding_s(sound) == pytest.approx(1.5, abs=0.04)
    assert sounding_s(sound, over_dbov=-60) == pytest.approx(3.5, abs=0.04)
    assert sounding_s(silence(0.01)) == 0


def test_finds_the_longest_pause_before_a_tone_comes_again() -> None:
    sound = joined(tone(440, 1), silence(0.5), tone(440, 1), silence(1.5), tone(440, 1), silence(3))
    pause = longest_gap(sound, 440)
    assert (pause.start_s, pause.end_s) == pytest.approx((2.5, 4), abs=0.05)
    assert longest_gap(joined(silence(2), sound), 440).start_s == 0


def test_a_sound_shorter_than_a_window_holds_no_tone() -> None:
    assert when_heard(tone(440, 0.01), 440) == []


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_finds_a_prompt_after_coding(law: Law) -> None:
    prompt = speechlike(2)
    match = contains(through(law, joined(silence(0.73), prompt, silence(1))), prompt)
    assert match.offset_s == pytest.approx(0.73, abs=0.01)
    assert match.score > 0.95


def test_finds_a_prompt_at_another_rate_and_level() -> None:
    prompt = speechlike(2).at_rate(22050)
    quiet = Sound(prompt.at_rate(8000).samples * 0.25, 8000)
    match = contains(through(PCMA, joined(speechlike(1, seed=5), quiet)), prompt)
    assert match.offset_s == pytest.approx(1.0, abs=0.01)
    assert match.score > 0.9


def test_finds_a_prompt_from_which_frames_were_dropped_and_into_which_some_were_put() -> None:
    prompt = speechlike(3)
    broken = joined(silence(0.5), prompt.part(0, 1.2), prompt.part(1.22, 2.0), silence(0.04), prompt.part(2.0))
    assert contains(broken, prompt).score > 0.8


def test_half_a_prompt_is_not_the_prompt() -> None:
    prompt = speechlike(4)
    assert contains(joined(silence(1), prompt.part(0, 2), silence(3)), prompt).score < 0.7


def test_another_prompt_is_not_found() -> None:
    assert contains(joined(silence(1), speechlike(3, seed=9), silence(1)), speechlike(2)).score < 0.4


@pytest.mark.parametrize("recording", [silence(5), silence(0.5), Sound(np.zeros(0), 8000)])
def test_nothing_holds_no_prompt(recording: Sound) -> None:
    assert contains(recording, speechlike(2)).score == 0


def test_a_file_gives_the_same_sound_back(tmp_path: Path) -> None:
    sound = tone(440, 0.5, rate_hz=16000)
    read = Sound.of_file(sound.save(tmp_path / "tone.wav"))
    assert read.rate_hz == 16000
    assert np.allclose(read.samples, sound.samples, atol=1e-4)
