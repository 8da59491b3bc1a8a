"""What an agent says, come back on the line, told from what a person says there."""

import numpy as np
import pytest

from engine.agents.echo import LIKE, echo_path, is_no_louder, sounds_for

RATE = 8000


def _voice(seed: int, seconds: float, pitch_hz: float) -> np.ndarray:
    """Something like a voice: a buzz of a wandering pitch through wandering resonances."""
    chance = np.random.default_rng(seed)
    count = round(seconds * RATE)
    wander = np.cumsum(chance.normal(0, 0.4, count)) / 20
    phase = np.cumsum(2 * np.pi * (pitch_hz + np.clip(wander, -20, 20)) / RATE)
    loud = 0.6 + 0.4 * np.sin(np.arange(count) / RATE * 2 * np.pi * chance.uniform(2, 4))
    sound = sum(chance.uniform(0.2, 1.0) * np.sin(order * phase + chance.uniform(0, 6)) for order in range(1, 20))
    noise = np.convolve(chance.normal(0, 1, count), chance.normal(0, 1, 12), "same")
    both = (np.asarray(sound) + noise) * loud
    return np.asarray(both / np.max(np.abs(both)) * 8000, np.int16)


SAID = _voice(1, 0.9, 120)


def is_echo(heard: np.ndarray, said: np.ndarray = SAID) -> bool:
    """As the gate tells it: there is sound, and it lies, weaker or stronger, in what was said."""
    return sounds_for(heard, 160) and echo_path(heard, said, RATE).likeness >= LIKE


@pytest.mark.parametrize("shift_s", [0.0, 0.123, 0.6])
@pytest.mark.parametrize("gain", [1.0, -0.5, 0.1])
def test_its_own_sound_is_an_echo_weaker_turned_and_late(shift_s: float, gain: float) -> None:
    at = round(shift_s * RATE)

    heard = (SAID[at : at + 1600] * gain).astype(np.int16)

    assert is_echo(heard)


def test_an_echo_with_noise_on_the_line_is_one() -> None:
    noise = np.random.default_rng(3).normal(0, 400, 1600)

    assert is_echo((SAID[800:2400] * 0.5 + noise).astype(np.int16))


@pytest.mark.parametrize("seed", range(2, 12))
def test_another_voice_is_none(seed: int) -> None:
    assert not is_echo(_voice(seed, 0.2, 105 + 12 * seed))


def test_a_person_who_speaks_louder_than_the_echo_is_heard() -> None:
    both = _voice(5, 0.2, 190) + (SAID[1000:2600] * 0.3).astype(np.int16)

    assert not is_echo(both)


def test_silence_is_no_echo() -> None:
    assert not is_echo(np.zeros(1600, np.int16))
    assert not is_echo(SAID[:1600], said=np.zeros(7200, np.int16))


def test_the_way_of_an_echo_tells_its_last_faint_sound_from_a_voice() -> None:
    path = echo_path((SAID[2000:3600] * 0.5).astype(np.int16), SAID, RATE)

    assert path.shift == len(SAID) - 3600
    assert path.gain == pytest.approx(0.5, abs=0.01)
    assert is_no_louder((SAID[3400:3600] * 0.4).astype(np.int16), SAID, path, 100)
    assert not is_no_louder(_voice(4, 0.025, 200), SAID // 4, path, 100)
    assert not is_no_louder(_voice(4, 0.025, 200), np.zeros(7200, np.int16), path, 100)
