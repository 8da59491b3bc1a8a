"""Files that are in memory only, for sounds that no disk may hold.

They are anonymous memory (memfd_create(2)). The library opens files only by a name; that name is a link, which is gone
once the sound is over.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import MediaError


@contextmanager
def memory_file() -> Iterator[int]:
    """The descriptor of a file that is in memory only. Raises MediaError."""
    try:
        descriptor = os.memfd_create("telefoon-sound", os.MFD_CLOEXEC)
    except OSError as error:
        raise MediaError(f"There is no memory for a sound: {error.strerror}.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def wav_name(descriptor: int) -> Iterator[Path]:
    """A name by which the file can be opened while inside. Raises MediaError."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="telefoon-sound-"))
        name = folder / "sound.wav"
        name.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        yield name
    except OSError as error:
        raise MediaError(f"There is no place for a sound in memory: {error.strerror}.") from error
    finally:
        if folder is not None:
            with suppress(FileNotFoundError):  # the link was not made
                (folder / "sound.wav").unlink()
            folder.rmdir()
