"""Sound files that every player plays and libsndfile does not: their beginning is mended in a copy.

A WAV whose length was never filled in, as programs leave it that write while they record; an MP3 that does not begin
with a frame (ISO/IEC 11172-3 §2.4.1.3), since it was cut or its tag is followed by zeros.
"""

import shutil
from pathlib import Path
from typing import Final

import soundfile

_HEAD_BYTES: Final = 256 * 1024
_UNKNOWN_LENGTH: Final = b"\xff\xff\xff\xff"
_RIFF_HEAD: Final = 12
_CHUNK_HEAD: Final = 8
_MPEG_1: Final = 3
_RESERVED_VERSION: Final = 1
_LAYER_III: Final = 1
_KBIT_S: Final = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_FRAMES_IN_A_ROW: Final = 3


def readable(source: Path, copy: Path) -> Path:
    """`source` itself, or `copy`, which is written where the beginning had to be mended. Raises OSError."""
    with source.open("rb") as raw:
        head = raw.read(_HEAD_BYTES)
    if (length_at := _empty_length_at(head)) is not None:
        mended = bytearray(head)
        mended[4:8] = mended[length_at : length_at + 4] = _UNKNOWN_LENGTH
        return _copied(source, copy, bytes(mended), len(head))
    if not _opens(source) and (first := _first_frame_at(head)):
        return _copied(source, copy, b"", first)
    return source


def _copied(source: Path, copy: Path, instead: bytes, of_bytes: int) -> Path:
    """The file with `instead` in the place of its first bytes."""
    with source.open("rb") as raw, copy.open("wb") as mended:
        raw.seek(of_bytes)
        mended.write(instead)
        shutil.copyfileobj(raw, mended)
    return copy


def _opens(source: Path) -> bool:
    try:
        with source.open("rb") as raw, soundfile.SoundFile(raw.fileno(), closefd=False):
            return True
    except soundfile.LibsndfileError:
        return False


def _empty_length_at(head: bytes) -> int | None:
    """Where a WAV says that it holds nothing, though more follows; None where it does not."""
    if head[:4] != b"RIFF" or head[8:_RIFF_HEAD] != b"WAVE":
        return None
    at = _RIFF_HEAD
    while at + _CHUNK_HEAD < len(head):
        length = int.from_bytes(head[at + 4 : at + _CHUNK_HEAD], "little")
        if head[at : at + 4] == b"data":
            return at + 4 if length == 0 else None
        at += _CHUNK_HEAD + length + length % 2
    return None


def _first_frame_at(head: bytes) -> int:
    """Where the first of some frames of MPEG audio, layer III, begins; 0 if there is none, or at the beginning."""
    at = head.find(b"\xff")
    while at != -1:
        following, count = at, 0
        while count < _FRAMES_IN_A_ROW and (length := _frame_bytes(head[following : following + 4])):
            following, count = following + length, count + 1
        if count == _FRAMES_IN_A_ROW or (count and following >= len(head)):
            return at
        at = head.find(b"\xff", at + 1)
    return 0


def _frame_bytes(header: bytes) -> int:
    """How long the frame with this header is; 0 if it is none (ISO/IEC 11172-3 §2.4.2.3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    kbit_s, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == _RESERVED_VERSION or layer != _LAYER_III or kbit_s in (0, 15) or rate == 3:
        return 0
    samples_by_8 = 144_000 if version == _MPEG_1 else 72_000
    padding = header[2] >> 1 & 1
    return samples_by_8 * _KBIT_S[version == _MPEG_1][kbit_s] // _RATES_HZ[version][rate] + padding
