"""Sound of a trial: G.711 as others write it, and what a caller would hear of what comes."""

import numpy as np
import pytest

from api.doctor.programs import g711
from api.doctor.programs.playout import CUSHION_S, Playout
from api.doctor.programs.stream_sound import decoded, encoded
from engine.ports import StreamEncoding
from tests.peers.audio import silence, tone
from tests.peers.g711 import PCMA, PCMU

EVERY_CODE = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def test_every_byte_of_g711_means_what_others_read() -> None:
    assert np.array_equal(g711.of_mulaw(EVERY_CODE), PCMU.decode(EVERY_CODE))
    assert np.array_equal(g711.of_alaw(EVERY_CODE), PCMA.decode(EVERY_CODE))


@pytest.mark.parametrize(("encode", "law"), [(g711.mulaw, PCMU), (g711.alaw, PCMA)], ids=["mulaw", "alaw"])
def test_every_sample_becomes_a_byte_that_is_no_further_than_its_step(encode: object, law: object) -> None:
    assert callable(encode)
    coded = encode(EVERY_SAMPLE)
    heard = law.decode(coded).astype(np.int32)  # type: ignore[attr-defined]
    step = np.maximum(np.abs(heard) / 16, 16)
    assert np.all(np.abs(heard - np.clip(EVERY_SAMPLE.astype(np.int32), -32124, 32124)) <= step)


def test_samples_of_16_bits_come_back_as_they_were() -> None:
    coded = encoded(EVERY_SAMPLE, StreamEncoding.L16)

    assert coded[:2] == b"\x00\x80"  # the lower byte first
    assert np.array_equal(decoded(coded, StreamEncoding.L16), EVERY_SAMPLE)


def samples(seconds: float, *, loud: bool = True) -> g711.Samples:
    sound = tone(700, seconds, dbov=-18, rate_hz=8000) if loud else silence(seconds, rate_hz=8000)
    return sound.pcm


def test_sound_is_heard_after_the_cushion_and_then_in_a_row() -> None:
    playout = Playout(8000)
    playout.add(1.0, samples(1.0))
    playout.add(1.01, samples(1.0))

    assert playout.until_s == pytest.approx(3.0 + CUSHION_S)
    assert playout.first_loud_s(0.0) == pytest.approx(1.0 + CUSHION_S, abs=0.02)
    assert playout.gaps_s == []


def test_what_comes_too_late_leaves_a_gap_and_what_comes_much_later_is_a_pause() -> None:
    playout = Playout(8000)
    playout.add(0.0, samples(0.5))
    playout.add(0.7, samples(0.5))
    playout.add(5.0, samples(0.5))

    assert playout.gaps_s == [pytest.approx(0.2)]


def test_a_clear_ends_what_is_heard_at_once_and_tells_what_it_threw_away() -> None:
    playout = Playout(8000)
    playout.add(0.0, samples(4.0))

    assert playout.clear(1.0) == pytest.approx(3.0 + CUSHION_S)

    assert playout.until_s == 1.0
    assert playout.last_loud_s() == pytest.approx(1.0, abs=0.05)
    assert len(playout.sound()) == pytest.approx(8000, abs=2)


def test_silence_that_is_sent_is_not_heard_as_speech() -> None:
    playout = Playout(8000)
    playout.add(0.0, samples(1.0, loud=False))
    playout.add(0.1, samples(1.0))

    assert playout.first_loud_s(0.0) == pytest.approx(1.0 + CUSHION_S, abs=0.03)
    assert playout.first_loud_s(3.0) is None
