"""What a power cut may leave of a recording's file, and what the next start makes of it.

What was synced is on the disk. Of what was written since, any page may be there or not, in any order, whatever the
file's size says: where one is missing the file holds zeros, or what was there at the last sync.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SealBroken
from engine.recordings.encryption.seal import ChunkCipher
from engine.recordings.files.audio import RecordingFile
from engine.recordings.files.readable import FileReadable
from engine.recordings.files.sealed import SealedAudio, SealedRecordingFile, end_sealed
from engine.recordings.files.wav import WavAudio, WavRecordingFile, mend_wav

PAGE_BYTES = 4096
RATE_HZ = 8000
WRITE_FRAMES = RATE_HZ // 2
KEY, NAME = bytes(range(32)), "RE" + "7" * 32
EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment: what was written, and of that what had been synced. `safe_frames` were appended by then."""

    written: bytes = field(repr=False)
    synced: bytes = field(repr=False)
    safe_frames: int


@st.composite
def plans(draw: st.DrawFn) -> list[int]:
    """Writes of so many frames; 0 is a sync, which comes every few writes."""
    steps = draw(st.lists(st.integers(1, 2 * WRITE_FRAMES), min_size=1, max_size=8))
    syncs = draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    return [step for frames, sync in zip(steps, syncs, strict=True) for step in ((frames, 0) if sync else (frames,))]


def cuts(file: RecordingFile, path: Path, plan: list[int], sound: bytes, frame: int) -> Iterator[Cut]:
    """Every moment of a recording at which the power may go, also while it is being closed."""
    synced, safe, at = b"", 0, 0
    for frames in plan:
        if frames:
            file.append(sound[at * frame : (at + frames) * frame])
            at += frames
        else:
            file.sync()
            synced, safe = path.read_bytes(), at
        yield Cut(path.read_bytes(), synced, safe)
    file.close()
    yield Cut(path.read_bytes(), synced, safe)


@st.composite
def left_by(draw: st.DrawFn, cut: Cut) -> bytes:
    """What is found on the disk afterwards."""
    size = draw(st.integers(len(cut.synced), len(cut.written)))
    left = bytearray(cut.synced[:size].ljust(size, b"\0"))
    pages = range(0, size, PAGE_BYTES)
    for at, written in zip(pages, draw(st.lists(st.booleans(), min_size=len(pages), max_size=len(pages))), strict=True):
        if written:
            left[at : at + PAGE_BYTES] = cut.written[at : min(at + PAGE_BYTES, size)]
    return bytes(left)


def a_sound(plan: list[int], channels: int) -> bytes:
    return np.random.default_rng(sum(plan)).integers(-9000, 9000, sum(plan) * channels, np.int16).tobytes()


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("channels", [1, 2])
@settings(max_examples=EXAMPLES)
@given(plan=plans(), data=st.data())
def test_a_sealed_recording_is_readable_up_to_its_last_sync(
    channels: int, plan: list[int], data: st.DataObject
) -> None:
    sound, frame = a_sound(plan, channels), 2 * channels
    with folder() as place:
        written = place / "written"
        seal = ChunkCipher.new(KEY, NAME, channels, RATE_HZ)
        cut = data.draw(st.sampled_from(list(cuts(SealedRecordingFile(written, seal), written, plan, sound, frame))))
        found = place / "found"
        found.write_bytes(data.draw(left_by(cut)))
        try:
            was_closed = end_sealed(found, KEY, NAME)
        except SealBroken:
            assert not cut.synced, "not even its header was"
            return
        with SealedAudio(FileReadable(found), KEY, NAME) as audio:
            kept = audio.read(0, audio.frames)

    chunk = seal.header.chunk_frames
    assert kept == sound[: len(kept)]
    assert audio.frames >= cut.safe_frames // chunk * chunk
    assert not was_closed or audio.frames == sum(plan)


@pytest.mark.parametrize("channels", [1, 2])
@settings(max_examples=EXAMPLES)
@given(plan=plans(), data=st.data())
def test_a_plain_recording_is_readable_up_to_its_last_sync(channels: int, plan: list[int], data: st.DataObject) -> None:
    sound, frame = a_sound(plan, channels), 2 * channels
    with folder() as place:
        written = place / "written"
        file = WavRecordingFile(written, channels, RATE_HZ)
        cut = data.draw(st.sampled_from(list(cuts(file, written, plan, sound, frame))))
        found = place / "found"
        found.write_bytes(data.draw(left_by(cut)))
        mend_wav(found, channels, RATE_HZ)
        with WavAudio(FileReadable(found)) as audio:
            kept = audio.read(0, cut.safe_frames)

    assert (audio.channels, audio.rate_hz) == (channels, RATE_HZ)
    assert kept == sound[: cut.safe_frames * frame]
