"""Processes that a test left behind, because its own process was ended before it could end them."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.running.once import VARIABLE


def end_leftovers(folder: Path) -> list[str]:
    """End every process of the run that this folder belongs to, save those that run this; their command lines."""
    mark = f"{VARIABLE}={folder}".encode()
    ours = {os.getpid(), os.getppid()}
    return [
        _end(process) for process in _numbered() if int(process.name) not in ours and mark in _of(process, "environ")
    ]


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
