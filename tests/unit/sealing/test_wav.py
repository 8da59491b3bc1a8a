"""WAV files that grow, and any recording seen as one."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.recordings.files.finishing import copy, described, loud_part
from engine.recordings.files.readable import FileReadable
from engine.recordings.files.wav import HEADER_BYTES, WavAudio, WavRecordingFile, WavView, mend_wav

RATE_HZ = 8000
SPOKEN = np.random.default_rng(1).integers(-32768, 32767, 400, np.int16)


def written(path: Path, samples: bytes, channels: int = 1) -> Path:
    file = WavRecordingFile(path, channels, RATE_HZ)
    file.append(samples)
    file.close()
    return path


def test_it_is_what_others_read(tmp_path: Path) -> None:
    path = written(tmp_path / "one.wav", SPOKEN.tobytes(), channels=2)

    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    assert np.array_equal(samples.ravel(), SPOKEN)


@given(st.integers(0, 90), st.integers(0, 90), st.sampled_from([1, 2]))
def test_any_range_of_bytes_is_the_same_range_of_the_file(offset: int, count: int, channels: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "one.wav", SPOKEN[:20].tobytes(), channels)

        with WavAudio(FileReadable(path)) as audio:
            view = WavView(audio)
            assert view.size == path.stat().st_size
            assert view.read(offset, count) == path.read_bytes()[offset : offset + count]
            figures = described(path, audio)
        assert figures.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (figures.size_bytes, figures.seconds) == (path.stat().st_size, 20 / channels / RATE_HZ)


@given(st.integers(0, HEADER_BYTES + 800))
def test_every_sample_that_a_dead_process_wrote_is_there(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.wav"
        file = WavRecordingFile(path, 1, RATE_HZ)
        file.append(SPOKEN.tobytes())
        file.abandon()
        os.truncate(path, length)

        assert not mend_wav(path, 1, RATE_HZ)

        kept = max(0, length - HEADER_BYTES) // 2
        assert np.array_equal(soundfile.read(path, dtype="int16")[0], SPOKEN[:kept])
        assert mend_wav(path, 1, RATE_HZ) == (kept > 0)


def test_silence_is_trimmed_at_both_ends_with_a_margin(tmp_path: Path) -> None:
    loud = np.concatenate([np.zeros(8000, np.int16), np.full(4000, 9000, np.int16), np.zeros(8000, np.int16)])
    quiet = np.full(16000, 20, np.int16)

    with WavAudio(FileReadable(written(tmp_path / "loud.wav", loud.tobytes()))) as audio:
        assert loud_part(audio) == (8000 - 1600, 12000 + 1600)
        copy(audio, *loud_part(audio), WavRecordingFile(tmp_path / "trimmed.wav", 1, RATE_HZ))
    with WavAudio(FileReadable(written(tmp_path / "quiet.wav", quiet.tobytes()))) as audio:
        assert loud_part(audio) == (0, 16000)
    with WavAudio(FileReadable(tmp_path / "trimmed.wav")) as audio:
        assert audio.frames == 7200
