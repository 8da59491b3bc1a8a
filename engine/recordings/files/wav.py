"""WAV files, 16-bit PCM: written while a recording runs, read in parts, and as a view on any recording's samples."""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from engine.errors import RecordingError
from engine.recordings.files.audio import Audio
from engine.recordings.files.growing_file import GrowingFile, writing_to
from engine.recordings.files.readable import Readable

SAMPLE_BYTES: Final = 2
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES: Final = _HEADER.size
_PCM: Final = 1
_LARGEST: Final = 0xFFFFFFFF


def header(channels: int, rate_hz: int, data_bytes: int) -> bytes:
    """What stands before the samples (RIFF, one fmt and one data chunk)."""
    riff, data = min(HEADER_BYTES - 8 + data_bytes, _LARGEST), min(data_bytes, _LARGEST)
    frame = channels * SAMPLE_BYTES
    return _HEADER.pack(
        b"RIFF", riff, b"WAVE", b"fmt ", 16, _PCM, channels, rate_hz, rate_hz * frame, frame, 8 * SAMPLE_BYTES,
        b"data", data,
    )  # fmt: skip


class WavRecordingFile:
    """Writes a recording as a plain WAV; the header tells the length once it is closed."""

    def __init__(self, path: Path, channels: int, rate_hz: int) -> None:
        self._channels = channels
        self._rate_hz = rate_hz
        self._data_bytes = 0
        self._file = GrowingFile(path)
        self._file.append(header(channels, rate_hz, 0))

    def append(self, frames: bytes) -> None:
        self._file.append(frames)
        self._data_bytes += len(frames)

    def sync(self) -> None:
        self._file.sync()

    def close(self) -> None:
        try:
            self._file.rewrite(header(self._channels, self._rate_hz, self._data_bytes))
            self._file.sync()
        finally:
            self._file.close()

    def abandon(self) -> None:
        self._file.close()


class WavAudio:
    """Reads the samples of a WAV that we wrote."""

    def __init__(self, file: Readable) -> None:
        """`file` is closed with this. Raises RecordingError."""
        self._file = file
        try:
            raw = file.read(0, HEADER_BYTES)
            if len(raw) < HEADER_BYTES or raw[:4] != b"RIFF":
                raise RecordingError("The recording can't be read: it is no WAV file.")
        except BaseException:
            file.close()
            raise
        self.channels: int = _HEADER.unpack(raw)[6]
        self.rate_hz: int = _HEADER.unpack(raw)[7]
        self._frame = max(1, self.channels * SAMPLE_BYTES)
        self.frames: int = (file.size - HEADER_BYTES) // self._frame

    def read(self, first: int, count: int) -> bytes:
        count = max(0, min(count, self.frames - first))
        return self._file.read(HEADER_BYTES + first * self._frame, count * self._frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._file.close()


class WavView:
    """A recording's samples as the bytes of a WAV file."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self._frame = audio.channels * SAMPLE_BYTES
        self._header = header(audio.channels, audio.rate_hz, audio.frames * self._frame)

    @property
    def size(self) -> int:
        """The size in bytes."""
        return HEADER_BYTES + self._audio.frames * self._frame

    def read(self, offset: int, count: int) -> bytes:
        """So many bytes; fewer only at the end. Raises RecordingError, SealBroken."""
        end = min(offset + count, self.size)
        found = self._header[offset:end]
        start = max(offset, HEADER_BYTES) - HEADER_BYTES
        if start < end - HEADER_BYTES:
            first = start // self._frame
            last = -(-(end - HEADER_BYTES) // self._frame)
            samples = self._audio.read(first, last - first)
            skip = start - first * self._frame
            found += samples[skip : skip + end - HEADER_BYTES - start]
        return found


def mend_wav(path: Path, channels: int, rate_hz: int) -> bool:
    """Give the file of a process that died a true header, and no half frame; whether it had one. RecordingError."""
    frame = channels * SAMPLE_BYTES
    with writing_to(path), path.open("r+b") as file:
        frames = max(0, file.seek(0, os.SEEK_END) - HEADER_BYTES) // frame
        true = header(channels, rate_hz, frames * frame)
        file.seek(0)
        was_closed = file.read(HEADER_BYTES) == true and frames > 0
        if not was_closed:
            file.seek(0)
            file.write(true)
            file.truncate(HEADER_BYTES + frames * frame)
            file.flush()
            os.fsync(file.fileno())
    return was_closed
