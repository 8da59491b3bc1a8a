"""The finishing of a closed recording: silence trimmed off, its figures told."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.recordings.files.audio import Audio, RecordedFile, RecordingFile
from engine.recordings.files.wav import WavView

BLOCK_FRAMES: Final = 65536
SILENCE_LEVEL: Final = 330
"""Of 32767: -40 dBFS, well under speech on a telephone and over the noise of a quiet line."""
TRIM_MARGIN_S: Final = 0.2


def described(path: Path, audio: Audio) -> RecordedFile:
    """Its figures; reads all of it. Raises RecordingError, SealBroken."""
    view, digest = WavView(audio), hashlib.sha256()
    block = BLOCK_FRAMES * audio.channels
    for offset in range(0, view.size, block):
        digest.update(view.read(offset, block))
    return RecordedFile(
        path=path,
        seconds=audio.frames / audio.rate_hz,
        channels=audio.channels,
        rate_hz=audio.rate_hz,
        size_bytes=view.size,
        sha256=digest.hexdigest(),
    )


def loud_part(audio: Audio) -> tuple[int, int]:
    """The part from the first to behind the last frame louder than silence, with a margin; all of it if none is."""
    import numpy as np  # not before: commands that only remove recordings are spared loading it

    first, behind = audio.frames, 0
    for start, block in _blocks(audio, 0, audio.frames):
        samples = np.frombuffer(block, "<i2").astype(np.int32).reshape(-1, audio.channels)
        loud = np.flatnonzero(np.abs(samples).max(axis=1) > SILENCE_LEVEL)
        if loud.size:
            first, behind = min(first, start + int(loud[0])), start + int(loud[-1]) + 1
    margin = int(audio.rate_hz * TRIM_MARGIN_S)
    return (max(first - margin, 0), min(behind + margin, audio.frames)) if behind else (0, audio.frames)


def copy(audio: Audio, first: int, end: int, file: RecordingFile) -> None:
    """Write a part of one recording to another's file, and close that. Raises RecordingError, SealBroken."""
    try:
        for _, block in _blocks(audio, first, end):
            file.append(block)
    except BaseException:
        file.abandon()
        raise
    file.close()


def _blocks(audio: Audio, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    for start in range(first, end, BLOCK_FRAMES):
        yield start, audio.read(start, min(BLOCK_FRAMES, end - start))
