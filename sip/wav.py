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

HEADER_BYTES = 44
"""Of the WAV files that the library writes; the samples follow."""
SAMPLE_BYTES = 2
BLOCK_FRAMES = 65536
CLOSE_TIMEOUT_S = 3.0
CLOSE_POLL_S = 0.005
RIFF_LENGTH_AT = 4
SILENCE_LEVEL = 330
"""Of 32767: -40 dBFS, well under speech on a telephone and over the noise of a quiet line."""
TRIM_MARGIN_S = 0.2
_NO_LENGTH_YET = (b"", b"\0\0\0\0")  # a short recording is not even begun in the file before it is closed


def silence(path: Path, rate_hz: int) -> None:
    """One second of nothing; a recorder that always hears it keeps time while nobody speaks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(rate_hz, np.int16), rate_hz, subtype="PCM_16")


def write_wav(descriptor: int, pcm: bytes, rate_hz: int) -> None:
    """A mono 16-bit WAV of these samples, into an open file that is empty."""
    with os.fdopen(os.dup(descriptor), "wb") as file:
        soundfile.write(file, np.frombuffer(pcm, np.int16), rate_hz, subtype="PCM_16", format="WAV")


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


def track_files(target: Path, number: int) -> list[Path]:
    """Where the tracks of a recording are while it runs."""
    return [target.with_suffix(f".{each}.wav") for each in range(number)]


def join_tracks(
    tracks: Sequence[Path], target: Path, *, trim: bool = False, pad: bool = False, lead_s: float = 0.0
) -> RecordedFile:
    """Join mono WAVs into one, a channel each; sync, rename, delete the tracks. Raises RecordingError.

    They are cut to the shortest, or with `pad` filled up with silence to the longest. `trim` leaves out what is
    silent in all of them at the beginning and the end; `lead_s` of silence come first.
    """
    part = target.with_suffix(".part")
    try:
        _interleave(tracks, part, trim=trim, pad=pad, lead_s=lead_s)
        part.replace(target)
        _sync(target.parent)
    except (OSError, soundfile.SoundFileError) as error:
        part.unlink(missing_ok=True)
        raise RecordingError(f"The recording could not be closed: {error}.") from error
    for track in tracks:
        track.unlink(missing_ok=True)
    return described(target)


def described(target: Path) -> RecordedFile:
    """A closed recording with its figures. Raises OSError or SoundFileError."""
    info = soundfile.info(target)
    return RecordedFile(
        path=target,
        seconds=info.frames / info.samplerate,
        channels=info.channels,
        rate_hz=info.samplerate,
        size_bytes=target.stat().st_size,
        sha256=_sha256(target),
    )


def _interleave(tracks: Sequence[Path], part: Path, *, trim: bool, pad: bool, lead_s: float) -> None:
    with ExitStack() as stack:
        inputs = [stack.enter_context(soundfile.SoundFile(track)) for track in tracks]
        rate_hz = inputs[0].samplerate
        lengths = [track.frames for track in inputs]
        first, end = _loud_part(inputs) if trim else (0, max(lengths) if pad else min(lengths))
        for track in inputs:
            track.seek(first)
        output = stack.enter_context(
            soundfile.SoundFile(part, "w", rate_hz, len(tracks), subtype="PCM_16", format="WAV")
        )
        lead = round(lead_s * rate_hz)
        for start in range(0, lead, BLOCK_FRAMES):
            output.write(np.zeros((min(BLOCK_FRAMES, lead - start), len(tracks)), np.int16))
        left = end - first
        while left:
            block = min(left, BLOCK_FRAMES)
            output.write(np.column_stack([track.read(block, dtype="int16", fill_value=0) for track in inputs]))
            left -= block
    _sync(part)


def _loud_part(inputs: Sequence[soundfile.SoundFile]) -> tuple[int, int]:
    """From the first to behind the last frame that is louder than silence, with a margin; all of it if none is."""
    frames = min(track.frames for track in inputs)
    margin = int(inputs[0].samplerate * TRIM_MARGIN_S)
    first, last = frames, 0
    for track in inputs:
        for start in range(0, frames, BLOCK_FRAMES):
            block = np.abs(track.read(min(BLOCK_FRAMES, frames - start), dtype="int16").astype(np.int32))
            loud = np.flatnonzero(block > SILENCE_LEVEL)
            if loud.size:
                first, last = min(first, start + int(loud[0])), max(last, start + int(loud[-1]))
    return (max(first - margin, 0), min(last + margin, frames)) if first <= last else (0, frames)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
