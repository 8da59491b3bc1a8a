"""Libraries that come before the C library in a process, and change what the machine does to it (LD_PRELOAD)."""

import subprocess
from pathlib import Path

from tests.running.once import made_once

_SOURCES = Path(__file__).parent


def lossy_sockets(percent: int, seed: int) -> dict[str, str]:
    """The environment of a process that loses so much of what it sends and receives over UDP."""
    return {
        "LD_PRELOAD": str(_library("lossy_sockets")),
        "LOSSY_PERCENT": str(percent),
        "LOSSY_SEED": str(seed),
    }


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
