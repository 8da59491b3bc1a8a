"""Libraries that come before the C library in a process, and change what the machine does to it (LD_PRELOAD)."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scripts.faketime import FAKETIME, LIBRARY
from scripts.progress import Progress
from tests.running.once import made_once

_SOURCES = Path(__file__).parent


def lossy_sockets(percent: int, seed: int) -> dict[str, str]:
    """The environment of a process that loses so much of what it sends and receives over UDP."""
    return {
        "LD_PRELOAD": str(_library("lossy_sockets")),
        "LOSSY_PERCENT": str(percent),
        "LOSSY_SEED": str(seed),
    }


@dataclass(frozen=True, slots=True)
class ReadOnlyDatabase:
    """An SQLite file with its log, to which a process can write nothing for a while."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(_library("read_only_files")),
            "READ_ONLY_FILES": str(self.file),
            "READ_ONLY_WHILE": str(self._flag),
        }

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Inside, it is."""
        self._flag.touch()
        try:
            yield
        finally:
            self._flag.unlink()

    @property
    def _flag(self) -> Path:
        return self.file.parent.with_name("read-only")


@dataclass(frozen=True, slots=True)
class SetClock:
    """The time of day of a process, which is set while it runs; its monotonic clock goes on as it did."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        (library,) = FAKETIME.made(Progress()).glob(str(LIBRARY))
        return {
            "LD_PRELOAD": f"{_library('true_sleeps')}:{library}",
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, from_true: timedelta) -> None:
        """Set it so far from the true time, which the process finds within a second."""
        written = self.file.with_suffix(".next")
        written.write_text(f"{from_true.total_seconds():+.0f}\n")
        written.rename(self.file)


def _library(name: str) -> Path:
    """Compiled once in a run."""
    return made_once(f"{name}.so", lambda made: _compile(_SOURCES / f"{name}.c", made))


def _compile(source: Path, made: Path) -> None:
    command: list[str | Path] = [
        "cc",
        "-std=gnu11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-o",
        made,
        source,
        "-ldl",
    ]
    subprocess.run(command, check=True)
