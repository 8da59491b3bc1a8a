"""Processes that a test left behind, because its own process was ended before it could end them."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.running.once import VARIABLE


def end_leftovers(folder: Path) -> list[str]:
    """End every process of the run that this folder belongs to, and give their command lines.

    This process and its own children are left: the children end with it.
    """
    mark = f"{VARIABLE}={folder}".encode()
    return [_end(process) for process in _numbered() if mark in _of(process, "environ") and not _is_ours(process)]


def _is_ours(process: Path) -> bool:
    return str(os.getpid()) in (process.name, _parent(process))


def _parent(process: Path) -> str | None:
    try:
        # The name before it, in brackets, may hold blanks.
        return (process / "stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return None


def _numbered() -> list[Path]:
    return [each for each in Path("/proc").iterdir() if each.name.isdecimal()]


def _end(process: Path) -> str:
    command = b" ".join(_of(process, "cmdline")).decode(errors="replace")
    with suppress(ProcessLookupError):  # it may end by itself meanwhile
        os.kill(int(process.name), signal.SIGKILL)
    return command


def _of(process: Path, what: str) -> list[bytes]:
    try:
        return (process / what).read_bytes().split(b"\0")
    except OSError:
        # It has ended meanwhile, or is somebody else's.
        return []
