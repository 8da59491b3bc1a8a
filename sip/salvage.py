"""Recordings of a process that may die: synced while they run, made whole by the next process.

The library fills in a track's header when it closes the file. Until then, what is not yet in the file is in its buffer
(PJMEDIA_FILE_PORT_BUFSIZE, 4000 bytes) and in that of stdio (at most 8192 bytes): three quarters of a second at 8 kHz.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import soundfile

from engine.errors import RecordingError
from engine.ports import RecordedFile
from sip.wav import HEADER_BYTES, SAMPLE_BYTES, described, join_tracks, track_files

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM: Final = 1
_LARGEST: Final = 0xFFFFFFFF


def sync_data(files: Iterable[Path]) -> None:
    """Put on the disk what was written to the files; those that are gone have been closed. Raises RecordingError."""
    failed: OSError | None = None
    for file in files:
        try:
            with file.open("rb") as opened:
                os.fdatasync(opened.fileno())
        except FileNotFoundError:
            continue
        except OSError as error:
            failed = error  # others may still be written
    if failed is not None:
        raise RecordingError(f"Recordings could not be put on the disk: {failed.strerror}.") from failed


def salvage(target: Path, channels: int, rate_hz: int, lead_s: float = 0.0) -> RecordedFile:
    """As `Bridge.salvage` has it."""
    tracks = track_files(target, channels)
    try:
        if target.exists():
            _delete(tracks)
            return described(target)
        if sum(_mend(track, rate_hz) for track in tracks):
            return join_tracks(tracks, target, pad=True, lead_s=lead_s)
        _delete(tracks)
    except (OSError, soundfile.SoundFileError) as error:
        raise RecordingError(f"The recording could not be closed: {error}.") from error
    raise RecordingError("Nothing of it had been written yet.")


def _mend(track: Path, rate_hz: int) -> int:
    """Give it the header that its length asks for, and no half sample; the samples that it holds."""
    track.touch()
    with track.open("r+b") as file:
        samples = max(0, file.seek(0, os.SEEK_END) - HEADER_BYTES) // SAMPLE_BYTES
        file.seek(0)
        file.write(_header(samples * SAMPLE_BYTES, rate_hz))
        file.truncate(HEADER_BYTES + samples * SAMPLE_BYTES)
    return samples


def _header(data_bytes: int, rate_hz: int) -> bytes:
    """Of a mono file of 16-bit PCM."""
    riff, data = min(HEADER_BYTES - 8 + data_bytes, _LARGEST), min(data_bytes, _LARGEST)
    return _HEADER.pack(
        b"RIFF", riff, b"WAVE", b"fmt ", 16, _PCM, 1, rate_hz, rate_hz * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES,
        b"data", data,
    )  # fmt: skip


def _delete(tracks: Iterable[Path]) -> None:
    for track in tracks:
        track.unlink(missing_ok=True)
