"""The library's media threads before all else of the machine: sound that comes late is lost, and the rest can wait."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

NICENESS: Final = -10
"""Nine times the share of others' on a busy machine (sched(7))."""

_THREADS: Final = Path("/proc/self/task")

log = structlog.get_logger(__name__)


@contextmanager
def preferring_new_threads() -> Iterator[None]:
    """Threads that are started inside are preferred, where this process may (CAP_SYS_NICE, or RLIMIT_NICE)."""
    before = _threads()
    yield
    try:
        for thread in _threads() - before:
            with suppress(ProcessLookupError):  # one may have ended meanwhile
                os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
    except PermissionError:
        log.info(
            "media_not_preferred",
            advice="allow it RLIMIT_NICE 30, or CAP_SYS_NICE; on a busy machine sound may break up",
        )


def _threads() -> set[int]:
    return {int(each.name) for each in _THREADS.iterdir()} if _THREADS.is_dir() else set()
