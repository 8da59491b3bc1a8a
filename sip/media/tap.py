"""Hearing a leg as bytes: a recorder of the library writes to memory, and asyncio reads behind it.

The media clock thus stays in C; a port of our own would make it wait for Python's lock at every frame of every
leg that listens. The file is anonymous memory (memfd_create(2)), so nothing of what was said is ever on a disk.
The library opens files only by a name that ends in .wav; that name is a link, gone before the first sample.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from engine.errors import MediaError
from engine.ports import LONGEST_LISTEN_S
from sip.media.wav import HEADER_BYTES, SAMPLE_BYTES

POLL_S: Final = 0.05


@contextmanager
def memory_file() -> Iterator[int]:
    """The descriptor of a file that is in memory only. Raises MediaError."""
    try:
        descriptor = os.memfd_create("telefoon-tap", os.MFD_CLOEXEC)
    except OSError as error:
        raise MediaError(f"There is no memory to listen with: {error.strerror}.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def wav_name(descriptor: int) -> Iterator[Path]:
    """A name by which the file can be opened while inside. Raises MediaError."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="telefoon-tap-"))
        name = folder / "tap.wav"
        name.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        yield name
    except OSError as error:
        raise MediaError(f"There is no place to listen by: {error.strerror}.") from error
    finally:
        if folder is not None:
            with suppress(FileNotFoundError):  # the link was not made
                (folder / "tap.wav").unlink()
            folder.rmdir()


class Tap:
    """What a leg says, as bytes while it is said: whole samples after the header; ends when closed, or after longest_s.

    Read in asyncio's thread.
    """

    def __init__(self, descriptor: int, rate_hz: int, longest_s: float = LONGEST_LISTEN_S) -> None:
        self._descriptor = descriptor
        self._at = HEADER_BYTES
        self._end = HEADER_BYTES + int(longest_s * rate_hz) * SAMPLE_BYTES
        self._open = True

    def close(self) -> None:
        """End it before the descriptor is, whose number may soon be another file's."""
        self._open = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while self._open and self._at < self._end:
            written = min(os.fstat(self._descriptor).st_size, self._end)
            whole = (written - self._at) // SAMPLE_BYTES * SAMPLE_BYTES
            if whole > 0:
                heard = os.pread(self._descriptor, whole, self._at)
                self._at += len(heard)
                return heard
            await asyncio.sleep(POLL_S)
        raise StopAsyncIteration
