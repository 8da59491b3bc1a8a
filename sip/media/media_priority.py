"""The library's media threads before all else of the machine: sound that comes late is lost, and the rest can wait."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

NICENESS: Final = -10
"""Nine times the share of others' on a busy machine (sched(7)), but only of those in the same group of processes."""
REAL_TIME: Final = 1
"""The least of the real-time priorities, by turns (SCHED_RR): before all processes of all groups that have none."""
REAL_TIME_OF_CLOCK: Final = 2
"""It waits for no packets that others send."""

_THREADS: Final = Path("/proc/self/task")

log = structlog.get_logger(__name__)


@contextmanager
def preferring_new_threads() -> Iterator[None]:
    """Threads that are started inside are preferred, where this process may: CAP_SYS_NICE, or the limits of the advice.

    The library makes its clock real-time by itself where it may, and its reader of packets not: a clock that is on time
    finds no packet where the reader had to wait for a core, and fills in.
    """
    before = _threads()
    yield
    made = _threads() - before
    try:
        for thread in made:
            with suppress(ProcessLookupError):  # one may have ended meanwhile
                os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
        for thread in made:
            with suppress(ProcessLookupError):
                _make_real_time(thread)
    except PermissionError:
        log.info(
            "media_not_preferred",
            advice="allow it RLIMIT_NICE 30 and RLIMIT_RTPRIO 2, or CAP_SYS_NICE; on a busy machine sound may break up",
        )


def _make_real_time(thread: int) -> None:
    if os.sched_getscheduler(thread) == os.SCHED_OTHER:
        priority = REAL_TIME_OF_CLOCK if _name(thread) == "clock" else REAL_TIME
        os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(priority))


def _name(thread: int) -> str:
    try:
        return (_THREADS / str(thread) / "comm").read_text().strip()
    except FileNotFoundError:
        return ""


def _threads() -> set[int]:
    return {int(each.name) for each in _THREADS.iterdir()} if _THREADS.is_dir() else set()
