"""Sealed recordings, as bytes and as files: what was changed, cut, moved or mixed up does not open."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RecordingError, SealBroken
from engine.recordings.encryption.keys import new_key, unwrap, wrap
from engine.recordings.encryption.layout import HEADER_BYTES, TAG_BYTES, SealedFileHeader
from engine.recordings.encryption.seal import ChunkCipher
from engine.recordings.files.readable import FileReadable
from engine.recordings.files.sealed import UNSYNCED_CHUNKS, SealedAudio, SealedRecordingFile, end_sealed
from tests.unit.sealing.no_room import no_file_over

KEY = bytes(range(32))
ANOTHER_KEY = bytes(range(1, 33))
ONE, OTHER = "RE" + "1" * 32, "RE" + "2" * 32
RATE_HZ = 80
"""So that a chunk has ten frames."""
CHUNK = 10
ROOM = 10_000
"""bytes"""

frames = st.integers(0, 64)
channels = st.integers(1, 3)


def samples_of(count: int, wide: int) -> bytes:
    return b"".join((number % 60000).to_bytes(2, "little") for number in range(count * wide))


def sealed(path: Path, count: int, wide: int = 1, identifier: str = ONE, key: bytes = KEY, piece: int = 7) -> bytes:
    """Written in pieces of `piece` frames; what it holds."""
    samples = samples_of(count, wide)
    file = SealedRecordingFile(path, ChunkCipher.new(key, identifier, wide, RATE_HZ))
    for start in range(0, len(samples), piece * wide * 2):
        file.append(samples[start : start + piece * wide * 2])
    file.close()
    return samples


def in_file(path: Path, identifier: str = ONE, key: bytes = KEY, count: int | None = None) -> bytes:
    with SealedAudio(FileReadable(path), key, identifier, frames=count) as audio:
        return audio.read(0, audio.frames)


@given(frames, channels, st.integers(1, 30), st.integers(0, 70), st.integers(0, 70))
def test_any_part_is_read_as_it_was_written(count: int, wide: int, piece: int, first: int, length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        samples = sealed(path, count, wide, piece=piece)

        with SealedAudio(FileReadable(path), KEY, ONE, frames=count) as audio:
            assert (audio.frames, audio.channels, audio.rate_hz) == (count, wide, RATE_HZ)
            assert audio.read(first, length) == samples[first * wide * 2 : (first + length) * wide * 2]
        header = SealedFileHeader.read(path.read_bytes())
        assert path.stat().st_size == header.size_of(count)


@given(frames, channels, st.data())
def test_a_changed_bit_anywhere_is_refused(count: int, wide: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        sealed(path, count, wide)
        raw = bytearray(path.read_bytes())
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(raw)

        with pytest.raises(SealBroken):
            in_file(path)


@given(frames, st.data())
def test_a_file_that_was_cut_is_refused(count: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        sealed(path, count)
        os.truncate(path, data.draw(st.integers(0, path.stat().st_size - 1)))

        with pytest.raises(SealBroken):
            in_file(path)


def test_one_that_was_cut_at_a_chunk_says_that_its_end_is_missing(tmp_path: Path) -> None:
    sealed(tmp_path / "one", 3 * CHUNK)
    header = SealedFileHeader.read((tmp_path / "one").read_bytes())
    os.truncate(tmp_path / "one", header.place(2))

    with pytest.raises(SealBroken, match="its end is missing"):
        in_file(tmp_path / "one")


def test_swapped_chunks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one"
    sealed(path, 3 * CHUNK)
    raw = path.read_bytes()
    header = SealedFileHeader.read(raw)
    first, second, third = (header.place(each) for each in range(3))
    path.write_bytes(raw[:first] + raw[second:third] + raw[first:second] + raw[third:])

    with pytest.raises(SealBroken, match="chunk 0 was changed, moved"):
        in_file(path)


def test_a_chunk_of_another_recording_of_the_same_key_is_refused(tmp_path: Path) -> None:
    sealed(tmp_path / "one", 2 * CHUNK)
    sealed(tmp_path / "two", 2 * CHUNK)
    one, two = (tmp_path / "one").read_bytes(), (tmp_path / "two").read_bytes()
    first, second = (SealedFileHeader.read(one).place(each) for each in range(2))
    (tmp_path / "one").write_bytes(one[:first] + two[first:second] + one[second:])

    with pytest.raises(SealBroken, match="chunk 0"):
        in_file(tmp_path / "one")


@pytest.mark.parametrize(
    ("fault", "identifier", "key", "count"),
    [
        ("has another key", ONE, ANOTHER_KEY, None),
        (f"it is the recording {ONE}", OTHER, KEY, None),
        ("it holds 0.312 s, not the 0.500 s recorded", ONE, KEY, 40),
    ],
)
def test_what_does_not_belong_together_is_refused(
    tmp_path: Path, fault: str, identifier: str, key: bytes, count: int | None
) -> None:
    sealed(tmp_path / "one", 25)

    with pytest.raises(SealBroken, match=fault):
        in_file(tmp_path / "one", identifier, key, count)


def test_the_wrapped_keys_of_two_recordings_can_not_be_swapped() -> None:
    account = new_key()
    wrapped = wrap(KEY, account, ONE)

    assert unwrap(wrapped, account, ONE) == KEY
    with pytest.raises(SealBroken, match=f"key of {OTHER}"):
        unwrap(wrapped, account, OTHER)
    with pytest.raises(SealBroken):
        unwrap(wrapped, new_key(), ONE)
    with pytest.raises(SealBroken):
        unwrap(wrapped[:20], account, ONE)


@given(frames, channels, st.integers(0, 400))
def test_what_a_dead_process_had_written_is_ended_at_its_last_whole_chunk(count: int, wide: int, lost: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one"
        samples = sealed(path, count, wide)
        header = SealedFileHeader.read(path.read_bytes())
        whole = path.stat().st_size
        left = max(HEADER_BYTES, whole - lost)
        os.truncate(path, left)

        was_closed = end_sealed(path, KEY, ONE)

        assert was_closed == (left == whole)
        chunks = (left - HEADER_BYTES) // header.sealed_bytes
        expected = samples if was_closed else samples[: chunks * header.chunk_bytes]
        assert in_file(path) == expected
        assert end_sealed(path, KEY, ONE), "a second time changes nothing"


def test_chunks_that_never_got_to_the_disk_are_cut_off_and_older_ones_are_not(tmp_path: Path) -> None:
    count = UNSYNCED_CHUNKS + 28
    samples = sealed(tmp_path / "one", count * CHUNK)
    header = SealedFileHeader.read((tmp_path / "one").read_bytes())
    raw = bytearray((tmp_path / "one").read_bytes()[: header.place(count)])
    raw[header.place(58) : header.place(59)] = bytes(header.sealed_bytes)
    (tmp_path / "one").write_bytes(raw)
    raw[header.place(10) :] = bytes((count - 10) * header.sealed_bytes)
    (tmp_path / "two").write_bytes(raw)

    end_sealed(tmp_path / "one", KEY, ONE)

    assert in_file(tmp_path / "one") == samples[: 58 * header.chunk_bytes]
    with pytest.raises(SealBroken, match="its last chunks were changed"):
        end_sealed(tmp_path / "two", KEY, ONE)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wav").write_bytes(b"RIFF" + bytes(200))
    newer = bytearray(ChunkCipher.new(KEY, ONE, 1, RATE_HZ).header.write())
    newer[8] = 2
    (tmp_path / "newer").write_bytes(newer + bytes(TAG_BYTES))

    with pytest.raises(SealBroken, match="does not begin as"):
        in_file(tmp_path / "wav")
    with pytest.raises(SealBroken, match="version 2"):
        in_file(tmp_path / "newer")


def test_no_two_files_of_a_data_key_are_sealed_alike(tmp_path: Path) -> None:
    for name in ("one", "two"):
        sealed(tmp_path / name, CHUNK)

    one, two = ((tmp_path / name).read_bytes()[HEADER_BYTES:] for name in ("one", "two"))
    assert one != two


def test_a_file_that_failed_takes_no_more(tmp_path: Path) -> None:
    file = SealedRecordingFile(tmp_path / "one", ChunkCipher.new(KEY, ONE, 1, RATE_HZ))
    file.append(samples_of(CHUNK, 1))

    with no_file_over(ROOM):
        with pytest.raises(RecordingError, match="File too large"):
            file.append(samples_of(20000, 1))
        with pytest.raises(RecordingError, match="takes no more"):
            file.append(samples_of(CHUNK, 1))
        file.close()

    assert in_file(tmp_path / "one") == samples_of(CHUNK, 1)


def test_where_there_is_no_room_for_the_end_it_takes_the_last_chunks_place(tmp_path: Path) -> None:
    frames = 620  # a chunk: seven leave room for 561 frames and a tag in ROOM bytes
    file = SealedRecordingFile(tmp_path / "one", ChunkCipher.new(KEY, ONE, 1, 8 * frames))
    samples = samples_of(7 * frames + 600, 1)

    with no_file_over(ROOM):
        file.append(samples)
        file.close()

    assert in_file(tmp_path / "one") == samples[: 6 * frames * 2]
