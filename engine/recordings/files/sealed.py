"""Sealed recordings in files: written chunk by chunk, read in any part, ended after their process died."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from engine.errors import RecordingError, SealBroken
from engine.recordings.encryption.layout import CHUNKS_PER_S, HEADER_BYTES, TAG_BYTES, Extent, SealedFileHeader
from engine.recordings.encryption.seal import ChunkCipher
from engine.recordings.files.growing_file import GrowingFile, writing_to
from engine.recordings.files.readable import Readable

UNSYNCED_CHUNKS: Final = 24 * CHUNKS_PER_S
"""What a power cut may take from the end of a file: more than was ever between two syncs, which are two writes apart,
each of which may wait for a disk that takes all its time (engine/aio/disk_threads.py)."""


class SealedRecordingFile:
    """Writes a sealed recording chunk by chunk; what does not fill a chunk yet is in memory only."""

    def __init__(self, path: Path, seal: ChunkCipher) -> None:
        self._seal = seal
        self._next = 0
        self._rest = b""
        self._failed = False
        self._file = GrowingFile(path)
        self._file.append(seal.header.write())

    def append(self, frames: bytes) -> None:
        if self._failed:
            raise RecordingError("The recording could not be written before, and takes no more.")
        size = self._seal.header.chunk_bytes
        held = self._rest + frames
        full = len(held) // size
        if full:
            sealed = [
                self._seal.close_chunk(self._next + number, held[number * size : (number + 1) * size])
                for number in range(full)
            ]
            self._failed = True  # unless it is written: a chunk's number is never used for other samples
            self._file.append(b"".join(sealed))
            self._failed = False
        self._next += full
        self._rest = held[full * size :]

    def sync(self) -> None:
        self._file.sync()

    def close(self) -> None:
        try:
            self._end()
            self._file.sync()
        finally:
            self._file.close()

    def abandon(self) -> None:
        self._file.close()

    def _end(self) -> None:
        """Write the end mark; on a disk that is full to the brim it takes the last chunk's place."""
        try:
            self._file.append(self._seal.close_end(self._next, self._rest))
        except RecordingError:
            if not self._next:
                raise
            last = self._next - 1
            self._file.end_at(self._seal.header.place(last), self._seal.close_end(last, b""))


class SealedAudio:
    """Reads the samples of a sealed recording."""

    def __init__(self, sealed: Readable, data_key: bytes, recording_id: str, *, frames: int | None = None) -> None:
        """`sealed` is closed with this; `frames` is how many there must be, where that is known.

        Raises RecordingError, SealBroken.
        """
        self._sealed = sealed
        try:
            header = SealedFileHeader.read(sealed.read(0, HEADER_BYTES))
            extent = header.extent(sealed.size)
            _check(header, extent, recording_id, frames)
            self._seal = ChunkCipher(data_key, header)
            self._end = self._open_end(extent)
        except BaseException:
            sealed.close()
            raise
        self._full_chunks = extent.full_chunks
        self.channels = header.channels
        self.rate_hz = header.rate_hz
        self.frames = extent.frames(header)

    def read(self, first: int, count: int) -> bytes:
        header = self._seal.header
        end = min(first + count, self.frames)
        if end <= first:
            return b""
        begin, behind = first // header.chunk_frames, -(-end // header.chunk_frames)
        samples = b"".join(self._chunks(begin, behind))
        skip = (first - begin * header.chunk_frames) * header.frame_bytes
        return samples[skip : skip + (end - first) * header.frame_bytes]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._sealed.close()

    def _chunks(self, begin: int, behind: int) -> list[bytes]:
        header = self._seal.header
        full = min(behind, self._full_chunks)
        sealed = self._sealed.read(header.place(begin), (full - begin) * header.sealed_bytes)
        found = [
            self._seal.open_chunk(begin + each, sealed[each * header.sealed_bytes : (each + 1) * header.sealed_bytes])
            for each in range(full - begin)
        ]
        return found if behind == full else [*found, self._end]

    def _open_end(self, extent: Extent) -> bytes:
        place = self._seal.header.place(extent.full_chunks)
        sealed = self._sealed.read(place, (extent.end_bytes or 0) + TAG_BYTES)
        return self._seal.open_end(extent.full_chunks, sealed)


def end_sealed(path: Path, data_key: bytes, recording_id: str) -> bool:
    """Write the end that a process which died did not; whether it had. Raises RecordingError, SealBroken.

    What was half written of a chunk is cut off, as is all from the first chunk on that a power cut kept from the disk:
    those behind it may be there all the same, since nothing orders what was not synced.
    """
    with writing_to(path), path.open("r+b") as file:
        header = SealedFileHeader.read(file.read(HEADER_BYTES))
        if header.recording_id != recording_id:
            raise SealBroken(f"it is the recording {header.recording_id}")
        seal = ChunkCipher(data_key, header)
        extent = header.extent(file.seek(0, os.SEEK_END))
        whole = _whole_chunks(seal, file.fileno(), extent.full_chunks)
        if whole == extent.full_chunks and _has_end(seal, file.fileno(), extent):
            return True
        file.truncate(header.place(whole))
        file.seek(0, os.SEEK_END)
        file.write(seal.close_end(whole, b""))
        file.flush()
        os.fsync(file.fileno())
    return False


def _check(header: SealedFileHeader, extent: Extent, recording_id: str, frames: int | None) -> None:
    if header.recording_id != recording_id:
        raise SealBroken(f"it is the recording {header.recording_id}")
    if extent.end_bytes is None:
        raise SealBroken("its end is missing")
    found = extent.frames(header)
    if frames is not None and found != frames:
        raise SealBroken(f"it holds {found / header.rate_hz:.3f} s, not the {frames / header.rate_hz:.3f} s recorded")


def _whole_chunks(seal: ChunkCipher, file: int, chunks: int) -> int:
    """How many there are before the first that never got to the disk."""
    synced = max(0, chunks - UNSYNCED_CHUNKS)
    for number in range(synced, chunks):
        try:
            seal.open_chunk(number, os.pread(file, seal.header.sealed_bytes, seal.header.place(number)))
        except SealBroken:
            if number == synced > 0:
                raise SealBroken("its last chunks were changed, or have another key") from None
            return number
    return chunks


def _has_end(seal: ChunkCipher, file: int, extent: Extent) -> bool:
    """What looks like an end may be half a chunk."""
    if extent.end_bytes is None:
        return False
    chunk = extent.full_chunks
    try:
        seal.open_end(chunk, os.pread(file, extent.end_bytes + TAG_BYTES, seal.header.place(chunk)))
    except SealBroken:
        return False
    return True
