"""Sealing and opening a recording's chunks: AES-256-GCM, whose nonce says which chunk it is.

A chunk that was changed, moved, taken from another recording or opened with another key does not open. The end is told
from full chunks in the same way, so that a file that was cut off has none.
"""

import os
import struct
from enum import IntEnum
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import SealBroken
from engine.recordings.encryption.layout import CHUNKS_PER_S, SALT_BYTES, TAG_BYTES, SealedFileHeader

KEY_BYTES: Final = 32
_NONCE: Final = struct.Struct(">IQ")


class Part(IntEnum):
    """Parts of a file have nonces apart.

    The end of a file that was closed after its writer died is always empty: so it can't share a nonce with an end that
    had half been written.
    """

    CHUNK = 0
    REST = 1
    EMPTY_END = 2


class ChunkCipher:
    """Seals and opens the chunks of one file, by a key made of the data key and all of the header (HKDF, RFC 5869)."""

    def __init__(self, data_key: bytes, header: SealedFileHeader) -> None:
        self.header = header
        raw = header.write()
        self._identifier = header.recording_id.encode()
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt=header.salt, info=raw).derive(data_key))

    @classmethod
    def new(cls, data_key: bytes, recording_id: str, channels: int, rate_hz: int) -> Self:
        """Begin a file; each has a salt of its own, so that no two share a nonce under one key."""
        chunk_frames = max(1, rate_hz // CHUNKS_PER_S)
        return cls(data_key, SealedFileHeader(recording_id, channels, rate_hz, chunk_frames, os.urandom(SALT_BYTES)))

    def close_chunk(self, number: int, samples: bytes) -> bytes:
        """A full chunk as it is to lie in the file; each number once only."""
        return self._close(Part.CHUNK, number, samples)

    def close_end(self, number: int, samples: bytes) -> bytes:
        """The end; `number` is that of the chunk which it stands in for."""
        return self._close(_end(samples), number, samples)

    def open_chunk(self, number: int, sealed: bytes) -> bytes:
        """Its samples. Raises SealBroken."""
        return self._open(Part.CHUNK, number, sealed, f"chunk {number} was changed, moved or has another key")

    def open_end(self, number: int, sealed: bytes) -> bytes:
        """Its samples. Raises SealBroken."""
        part = Part.REST if len(sealed) > TAG_BYTES else Part.EMPTY_END
        return self._open(part, number, sealed, "its end was changed, moved or has another key")

    def _close(self, part: Part, number: int, samples: bytes) -> bytes:
        nonce = _NONCE.pack(part, number)
        return self._cipher.encrypt(nonce, samples, self._identifier + nonce)

    def _open(self, part: Part, number: int, sealed: bytes, fault: str) -> bytes:
        nonce = _NONCE.pack(part, number)
        try:
            return self._cipher.decrypt(nonce, sealed, self._identifier + nonce)
        except InvalidTag:
            raise SealBroken(fault) from None


def _end(samples: bytes) -> Part:
    return Part.REST if samples else Part.EMPTY_END
