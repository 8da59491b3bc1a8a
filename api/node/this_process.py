"""A process as others on its machine can tell it: whether one that had a node's name is known to have ended."""

import os
import socket
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_STATE: Final = 0
_STARTED: Final = 19
"""Places of a process's state and start among what follows its name in /proc/PID/stat (proc_pid_stat(5): field 22)."""
_DEAD: Final = ("Z", "X")
_ENDED: Final = "ended"


def this_process() -> str:
    """The machine, its boot, the space of process ids, the id, and when it started: together there is no other."""
    pid = os.getpid()
    return f"{_where()}/{pid}/{_started(pid)}"


def has_ended(process: str) -> bool:
    """Whether it is known that this process runs no more; False where it is one of another machine or container."""
    place, _, started = process.rpartition("/")
    where, _, pid = place.rpartition("/")
    return where == _where() and pid.isdigit() and _started(int(pid)) != started


def _where() -> str:
    try:
        return f"{socket.gethostname()}/{_BOOT.read_text().strip()}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # without /proc nothing is known of others
        return f"{socket.gethostname()}/{os.urandom(8).hex()}"


def _started(pid: int) -> str:
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _ENDED
    return _ENDED if facts[_STATE] in _DEAD else facts[_STARTED]
