"""What is made once for a whole run, though several workers want it: a folder of the run, and locks in it."""

import asyncio
import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "TESTS_RUN_FOLDER"
"""Of the environment of every process of a run: its folder."""


def begin_run() -> Path:
    """Make the folder; processes started from now on know it."""
    folder = Path(tempfile.mkdtemp(prefix="telefoon-tests-"))
    os.environ[VARIABLE] = str(folder)
    return folder


def end_run(folder: Path) -> None:
    """Remove the folder."""
    del os.environ[VARIABLE]
    shutil.rmtree(folder)


def run_folder() -> Path:
    """The folder of the run that this process belongs to; a bench is a run of its own."""
    if VARIABLE not in os.environ:
        atexit.register(end_run, begin_run())
    return Path(os.environ[VARIABLE])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file alone."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A file or folder in the run's folder, which `make` makes at the path that it is given."""
    made = run_folder() / name
    with locked(run_folder() / f"{name}.lock"):
        if not made.exists():
            unfinished = run_folder() / f"{name}.unfinished"
            make(unfinished)
            unfinished.rename(made)
    return made


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end in a loop and a thread of its own, for another loop may run in this one."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, work).result()
