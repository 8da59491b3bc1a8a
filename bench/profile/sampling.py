"""Runs perf and py-spy on a process for some seconds, each after the other, and counts what they saw."""

import asyncio
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.children import output_of
from bench.profile.samples import by_python_function, by_thread

_PY_SPY: Final = str(Path(sys.executable).with_name("py-spy"))
_PERF_HZ: Final = 499
_PYTHON_HZ: Final = 200


@dataclass(frozen=True, slots=True)
class Sampled:
    """Samples of one process: of each thread by function, and of Python's own by function of ours."""

    threads: dict[str, Counter[str]]
    python: Counter[str]


async def sampled(pid: int, seconds: float, folder: Path) -> Sampled:
    """Take as many seconds with each sampler. Raises RuntimeError where perf or py-spy is missing or refused."""
    data, stacks = folder / "perf.data", folder / "stacks.txt"
    await _checked("perf", "record", "-q", "-F", str(_PERF_HZ), "-p", str(pid), "-o", str(data),
                   "--", "sleep", str(seconds))  # fmt: skip
    lines = await _checked("perf", "script", "-i", str(data), "-F", "comm,ip,sym,dso")
    await _checked(_PY_SPY, "record", "--nonblocking", "--nolineno", "-f", "raw", "-r", str(_PYTHON_HZ),
                   "-d", str(int(seconds)), "-p", str(pid), "-o", str(stacks))  # fmt: skip
    return Sampled(
        by_thread(lines.splitlines()),
        by_python_function((await asyncio.to_thread(stacks.read_text)).splitlines()),
    )


async def _checked(*command: str) -> str:
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"{Path(command[0]).name} is not installed: see docs/performance.md.")
    return await output_of(*command)
