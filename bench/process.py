"""CPU and memory of a process and its children, from /proc."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.peers.named_threads import threads_named

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_QUIET_LOOK_S: Final = 0.5
_QUIET_CORES: Final = 0.05
_QUIET_WITHIN_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far, and resident bytes now, of a process and its descendants."""

    cpu_s: float
    resident_bytes: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one process or several: resident, and the proportional share of what is in common with others."""

    resident_kib: int
    proportional_kib: int


def usage(pid: int) -> Usage:
    """CPU and memory of the process and its living descendants; who ended is in whoever waited for it."""
    cpu_s, resident = 0.0, 0
    for each in (pid, *_descendants(pid)):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The second field, the command in brackets, may hold spaces.
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            cpu_s += sum(map(int, fields[11:15])) / _TICKS_PER_S
            resident += int(fields[21]) * _PAGE_BYTES
    return Usage(cpu_s, resident)


def thread_cpu_s(pid: int, name: str) -> float:
    """CPU seconds so far of the process's threads of this name; 0.0 where it has none."""
    used_ns = 0
    for each in threads_named(pid, name):
        with suppress(FileNotFoundError, ProcessLookupError):
            used_ns += int((each / "schedstat").read_text().split()[0])
    return used_ns / 1e9


def memory(pid: int) -> Memory:
    """Memory of the process and its living descendants. Holds each up for some ms, so ask once."""
    resident = proportional = 0
    for each in (pid, *_descendants(pid)):
        with suppress(FileNotFoundError, ProcessLookupError):
            own = memory_alone(each)
            resident += own.resident_kib
            proportional += own.proportional_kib
    return Memory(resident, proportional)


def memory_alone(pid: int) -> Memory:
    """Memory of the process without its descendants, which may come and go for reasons of their own."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(sizes["Rss"], sizes["Pss"])


async def quiet(pid: int, within_s: float = _QUIET_WITHIN_S) -> None:
    """Wait until the process has next to nothing to do, or for so long: what it owes its calls is done by then."""
    ends_s = asyncio.get_running_loop().time() + within_s
    before = usage(pid).cpu_s
    while asyncio.get_running_loop().time() < ends_s:
        await asyncio.sleep(_QUIET_LOOK_S)
        now = usage(pid).cpu_s
        if now - before < _QUIET_CORES * _QUIET_LOOK_S:
            return
        before = now


async def cpu_share(pid: int, seconds: float) -> float:
    """CPU seconds a second of a process and its children, over so long."""
    before = usage(pid).cpu_s
    await asyncio.sleep(seconds)
    return (usage(pid).cpu_s - before) / seconds


def _descendants(pid: int) -> Iterator[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                for child in (task / "children").read_text().split():
                    yield int(child)
                    yield from _descendants(int(child))
