"""The layout of a sealed recording's file: a header, chunks of one length, and an end that is shorter than they are.

Whatever is to be known of places and lengths follows from the header and the file's size, so that any part can be read
without the parts before it. `docs/recordings.md` shows it byte by byte.
"""

import struct
from dataclasses import dataclass
from typing import Final, Self

from engine.errors import SealBroken

MAGIC: Final = b"TFSEALED"
VERSION: Final = 1
SALT_BYTES: Final = 32
TAG_BYTES: Final = 16
SAMPLE_BYTES: Final = 2
CHUNKS_PER_S: Final = 8
_HEADER: Final = struct.Struct("<8sHHII34s32s")
HEADER_BYTES: Final = _HEADER.size


@dataclass(frozen=True, slots=True)
class SealedFileHeader:
    """The header before the chunks. A frame is one sample of each channel; `salt` makes the file's key its own."""

    recording_id: str
    channels: int
    rate_hz: int
    chunk_frames: int
    salt: bytes

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Raises SealBroken."""
        if len(raw) < HEADER_BYTES:
            raise SealBroken("it is shorter than its header")
        magic, version, channels, rate_hz, chunk_frames, identifier, salt = _HEADER.unpack_from(raw)
        if magic != MAGIC:
            raise SealBroken("it does not begin as a sealed recording does")
        if version != VERSION:
            raise SealBroken(f"its format is version {version}; this program reads version {VERSION}")
        if not (channels and rate_hz and chunk_frames and identifier.isalnum()):
            raise SealBroken("its header makes no sense")
        return cls(identifier.decode("ascii", "replace"), channels, rate_hz, chunk_frames, salt)

    def write(self) -> bytes:
        return _HEADER.pack(
            MAGIC, VERSION, self.channels, self.rate_hz, self.chunk_frames, self.recording_id.encode(), self.salt
        )

    @property
    def frame_bytes(self) -> int:
        return self.channels * SAMPLE_BYTES

    @property
    def chunk_bytes(self) -> int:
        """How long a full chunk's samples are; in the file it is TAG_BYTES longer."""
        return self.chunk_frames * self.frame_bytes

    @property
    def sealed_bytes(self) -> int:
        """How long a full chunk is in the file."""
        return self.chunk_bytes + TAG_BYTES

    def place(self, chunk: int) -> int:
        """Where a chunk, counted from 0, begins in the file."""
        return HEADER_BYTES + chunk * self.sealed_bytes

    def size_of(self, frames: int) -> int:
        """How long a closed file is that holds so many frames."""
        full, rest = divmod(frames, self.chunk_frames)
        return self.place(full) + rest * self.frame_bytes + TAG_BYTES

    def extent(self, file_bytes: int) -> "Extent":
        """What a file of this size holds."""
        full, rest = divmod(max(0, file_bytes - HEADER_BYTES), self.sealed_bytes)
        rest_bytes = rest - TAG_BYTES
        if rest_bytes < 0 or rest_bytes % self.frame_bytes:
            return Extent(full, None)
        return Extent(full, rest_bytes)


@dataclass(frozen=True, slots=True)
class Extent:
    """Full chunks, and the end's samples in bytes; None where there is no whole end."""

    full_chunks: int
    end_bytes: int | None

    def frames(self, header: SealedFileHeader) -> int:
        return self.full_chunks * header.chunk_frames + (self.end_bytes or 0) // header.frame_bytes
