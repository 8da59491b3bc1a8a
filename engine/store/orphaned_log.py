"""Whether an SQLite file lies beside the log of another one, which a process still writes.

Every connection of SQLite holds a lock on its file, and one on the shared memory of its log, which is found by name. So
where a file was replaced under a process, the log is held and the file is not. Who opened that file would write the log
of the other one into it, and take it from the process (https://www.sqlite.org/howtocorrupt.html).
"""

import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.errors import StoreError

_FLOCK: Final = "hhqqi4x"
"""struct flock of Linux: type, whence, start, length, process."""
_FILE: Final = (0x40000002, 510)
"""SHARED_FIRST and SHARED_SIZE of SQLite's os.h."""
_LOG: Final = (128, 1)
"""UNIX_SHM_DMS of its os_unix.c."""


def require_own_log(path: Path) -> None:
    """Raises StoreError where the log beside this file is another file's, which a process has open."""
    if _is_held(path.with_name(f"{path.name}-shm"), *_LOG) and not _is_held(path, *_FILE):
        raise StoreError(
            f"The file {path} was put where another one is in use: a running process has that open, and its log is "
            "here. Put the file back that was there; or stop that process, and remove what it left beside the file."
        )


def _is_held(path: Path, start: int, length: int) -> bool:
    """Whether another process has a lock on these bytes of a file."""
    with suppress(FileNotFoundError):
        file = os.open(path, os.O_RDONLY)
        try:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
            kind, *_ = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        finally:
            os.close(file)
        return bool(kind != fcntl.F_UNLCK)
    return False
