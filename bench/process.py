"""What a process and its children used, from /proc."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far, and resident bytes now, of a process and its descendants."""

    cpu_s: float
    resident_bytes: int


def usage(pid: int) -> Usage:
    """Of the process and its living descendants."""
    cpu_s, resident = 0.0, 0
    for each in (pid, *_descendants(pid)):
        try:
            # The second field, the command in brackets, may hold spaces.
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        cpu_s += (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
        resident += int(fields[21]) * _PAGE_BYTES
    return Usage(cpu_s, resident)


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except FileNotFoundError:
            continue
        for child in children:
            yield int(child)
            yield from _descendants(int(child))
