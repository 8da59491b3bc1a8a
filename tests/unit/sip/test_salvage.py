"""What is left of a recording whose process died: tracks of any length, without a true header."""

import hashlib
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import RecordingError
from sip.salvage import salvage, sync_data
from sip.wav import HEADER_BYTES, join_tracks, track_files

RATE_HZ = 8000
SAMPLES = 400
UNTRUE_HEADER = struct.pack(
    "<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16, b"data", 0
)
"""As the library has it while it writes."""
SPOKEN = np.random.default_rng(1).integers(-32768, 32767, SAMPLES, np.int16)


def left_open(target: Path, lengths: Sequence[int | None]) -> Path:
    """The tracks of a recording, cut off after so many bytes; None for one that was not even made."""
    whole = UNTRUE_HEADER + SPOKEN.astype("<i2").tobytes()
    for track, length in zip(track_files(target, len(lengths)), lengths, strict=True):
        if length is not None:
            track.write_bytes(whole[:length])
    return target


def in_file(recording: Path) -> NDArray[np.int16]:
    samples, rate_hz = soundfile.read(recording, dtype="int16", always_2d=True)
    assert rate_hz == RATE_HZ
    return np.asarray(samples)


cuts = st.integers(0, HEADER_BYTES + 2 * SAMPLES)


@given(st.lists(cuts | st.none(), min_size=1, max_size=3))
def test_every_sample_that_was_written_is_there_and_what_is_missing_is_silence(lengths: list[int | None]) -> None:
    written = [max(0, (length or 0) - HEADER_BYTES) // 2 for length in lengths]
    with tempfile.TemporaryDirectory() as folder:
        target = left_open(Path(folder) / "RE1.wav", lengths)
        if not any(written):
            with pytest.raises(RecordingError, match="Nothing of it"):
                salvage(target, len(lengths), RATE_HZ)
            assert not list(Path(folder).iterdir())
            return

        file = salvage(target, len(lengths), RATE_HZ)

        samples = in_file(target)
        assert file.seconds == max(written) / RATE_HZ == len(samples) / RATE_HZ
        assert (file.channels, file.rate_hz) == (len(lengths), RATE_HZ)
        assert file.size_bytes == target.stat().st_size
        assert file.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
        for channel, count in enumerate(written):
            assert np.array_equal(samples[:count, channel], SPOKEN[:count])
            assert not samples[count:, channel].any()
        assert list(Path(folder).iterdir()) == [target]


def test_one_that_had_been_closed_is_left_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "RE1.wav"
    left_open(target, [HEADER_BYTES + 2 * SAMPLES] * 2)
    first = salvage(target, 2, RATE_HZ)
    left_open(target, [HEADER_BYTES + 100] * 2)  # as if the process had died before it deleted them

    again = salvage(target, 2, RATE_HZ)

    assert again == first
    assert list(tmp_path.iterdir()) == [target]


def test_a_death_while_it_was_being_joined_loses_nothing(tmp_path: Path) -> None:
    target = left_open(tmp_path / "RE1.wav", [HEADER_BYTES + 2 * SAMPLES])
    target.with_suffix(".part").write_bytes(b"RIFF")

    salvage(target, 1, RATE_HZ)

    assert np.array_equal(in_file(target)[:, 0], SPOKEN)
    assert list(tmp_path.iterdir()) == [target]


def test_one_that_can_not_be_read_now_is_kept(tmp_path: Path) -> None:
    target = left_open(tmp_path / "RE1.wav", [HEADER_BYTES + 2 * SAMPLES])
    target.with_suffix(".part").mkdir()

    with pytest.raises(RecordingError, match="could not be closed"):
        salvage(target, 1, RATE_HZ)
    target.with_suffix(".part").rmdir()

    assert salvage(target, 1, RATE_HZ).seconds == SAMPLES / RATE_HZ


def test_tracks_that_were_closed_are_cut_to_the_shortest(tmp_path: Path) -> None:
    tracks = track_files(tmp_path / "RE1.wav", 2)
    soundfile.write(tracks[0], SPOKEN, RATE_HZ, subtype="PCM_16")
    soundfile.write(tracks[1], SPOKEN[:300], RATE_HZ, subtype="PCM_16")

    file = join_tracks(tracks, tmp_path / "RE1.wav")

    assert file.seconds == 300 / RATE_HZ


def test_files_that_are_gone_were_closed_meanwhile_and_need_no_sync(tmp_path: Path) -> None:
    there = tmp_path / "there.wav"
    there.write_bytes(UNTRUE_HEADER)

    sync_data([tmp_path / "gone.wav", there])


def test_a_file_that_can_not_be_synced_is_told_of() -> None:
    with pytest.raises(RecordingError, match="put on the disk"):
        sync_data([Path("/dev/full")])
