"""A process that stands still for a while, as one does whose machine is kept from it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """Inside, the process does nothing; it goes on afterwards, also where the test has failed."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
