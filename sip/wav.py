"""WAV files of recordings: waiting for a writer to let go, and joining mono tracks into channels."""

import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile

from engine.errors import RecordingError
from engine.ports import RecordedFile

BLOCK_FRAMES = 65536
CLOSE_TIMEOUT_S = 3.0
CLOSE_POLL_S = 0.005
RIFF_LENGTH_AT = 4
_NO_LENGTH_YET = (b"", b"\0\0\0\0")  # a short recording is not even begun in the file before it is closed


def silence(path: Path, rate_hz: int) -> None:
    """One second of nothing; a recorder that always hears it keeps time while nobody speaks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(rate_hz, np.int16), rate_hz, subtype="PCM_16")


def wait_until_closed(path: Path) -> None:
    """Until the writer has filled in the header, which it does last (the bridge closes ports a tick later)."""
    deadline = time.monotonic() + CLOSE_TIMEOUT_S
    while time.monotonic() < deadline:
        with path.open("rb") as file:
            file.seek(RIFF_LENGTH_AT)
            if file.read(4) not in _NO_LENGTH_YET:
                return
        time.sleep(CLOSE_POLL_S)
    raise RecordingError(f"{path.name} was not closed within {CLOSE_TIMEOUT_S:.0f} s.")


def join_tracks(tracks: Sequence[Path], target: Path) -> RecordedFile:
    """Join mono WAVs into one, a channel each, cut to the shortest; sync, rename, delete the tracks."""
    part = target.with_suffix(".part")
    try:
        frames, rate_hz = _interleave(tracks, part)
        part.replace(target)
        _sync(target.parent)
    except (OSError, soundfile.SoundFileError) as error:
        part.unlink(missing_ok=True)
        raise RecordingError(f"The recording could not be closed: {error}.") from error
    for track in tracks:
        track.unlink(missing_ok=True)
    return RecordedFile(
        path=target,
        seconds=frames / rate_hz,
        channels=len(tracks),
        rate_hz=rate_hz,
        size_bytes=target.stat().st_size,
        sha256=_sha256(target),
    )


def _interleave(tracks: Sequence[Path], part: Path) -> tuple[int, int]:
    with ExitStack() as stack:
        inputs = [stack.enter_context(soundfile.SoundFile(track)) for track in tracks]
        rate_hz = inputs[0].samplerate
        frames = min(track.frames for track in inputs)
        output = stack.enter_context(
            soundfile.SoundFile(part, "w", rate_hz, len(tracks), subtype="PCM_16", format="WAV")
        )
        left = frames
        while left:
            block = min(left, BLOCK_FRAMES)
            output.write(np.column_stack([track.read(block, dtype="int16") for track in inputs]))
            left -= block
    _sync(part)
    return frames, rate_hz


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
