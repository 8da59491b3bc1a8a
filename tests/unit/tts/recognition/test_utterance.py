"""Where speech begins and ends, by loudness."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tts.recognition.utterance import LEAD_S, LONGEST_S, TAIL_S, Utterance

RATE_HZ = 8000


def noise(seconds: float, dbov: float, seed: int = 1) -> bytes:
    return pcm(np.random.default_rng(seed).normal(size=int(seconds * RATE_HZ)) * 10 ** (dbov / 20))


def pcm(samples: NDArray[np.float64]) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def quiet(seconds: float) -> bytes:
    return bytes(int(seconds * RATE_HZ) * 2)


def hearing(*parts: bytes, end_silence_s: float = 1.0, batch: int = 4000) -> Utterance:
    utterance = Utterance(RATE_HZ, end_silence_s)
    whole = b"".join(parts)
    for at in range(0, len(whole), batch):
        utterance.hear(whole[at : at + batch])
    return utterance


def seconds(audio: bytes) -> float:
    return len(audio) / 2 / RATE_HZ


def test_silence_is_no_speech_however_long() -> None:
    utterance = hearing(quiet(30))
    assert not utterance.spoken
    assert not utterance.ended
    assert utterance.audio() == b""


def test_a_click_is_no_speech() -> None:
    assert not hearing(quiet(1), noise(0.04, -10), quiet(2)).spoken


def test_speech_ends_after_the_silence_that_was_asked_for() -> None:
    speech = (quiet(1), noise(0.8, -25))
    assert not hearing(*speech, quiet(0.9)).ended
    assert hearing(*speech, quiet(1.02)).ended
    assert hearing(*speech, quiet(0.42), end_silence_s=0.4).ended


def test_a_pause_between_words_is_no_end() -> None:
    utterance = hearing(noise(0.5, -25), quiet(0.7), noise(0.5, -25), quiet(0.7))
    assert not utterance.ended
    assert utterance.spoken_until_s == pytest.approx(1.7, abs=0.05)


def test_what_is_read_is_the_speech_with_a_little_around_it() -> None:
    audio = hearing(quiet(5), noise(1, -25), quiet(1.1)).audio()
    assert seconds(audio) == pytest.approx(LEAD_S + 1 + TAIL_S, abs=0.12)


def test_what_comes_after_the_end_is_not_heard() -> None:
    assert seconds(hearing(noise(1, -25), quiet(1.1), noise(3, -25)).audio()) < 2


def test_steady_noise_is_known_as_noise_after_some_seconds() -> None:
    utterance = hearing(noise(20, -42))
    assert utterance.ended or not utterance.spoken


def test_speech_over_noise_is_heard() -> None:
    utterance = hearing(noise(8, -55), pcm(np.frombuffer(noise(1, -25), "<i2") / 32768), noise(1.2, -55))
    assert utterance.ended
    assert utterance.spoken_until_s == pytest.approx(9, abs=0.05)


@pytest.mark.parametrize("batch", [2, 77, 320, 333, 64000])
def test_it_is_the_same_in_batches_of_any_size(batch: int) -> None:
    parts = (quiet(0.5), noise(0.6, -25), quiet(1.1))
    assert hearing(*parts, batch=batch).audio() == hearing(*parts).audio()


def test_a_long_speech_is_taken_in_pieces_cut_where_it_is_quiet() -> None:
    word = noise(0.4, -25) + noise(0.1, -50)
    utterance = hearing(word * 44, quiet(0.3), word * 8)

    assert utterance.too_long
    assert seconds(utterance.take()) == pytest.approx(22.2, abs=0.2)
    assert seconds(utterance.audio()) == pytest.approx(4.2, abs=0.3)
    assert LONGEST_S < 30
