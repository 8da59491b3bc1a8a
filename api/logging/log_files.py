"""Writes the logs to a folder as well, on a thread of its own: no call waits for that disk."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler, TimedRotatingFileHandler
from queue import Full, Queue
from threading import Thread
from typing import Final

from engine.errors import SetupError
from engine.privacy.log_folder import LogFolder

MOST_LINES: Final = 10_000
"""That wait for the disk; what comes then is on standard error only."""
_END_S: Final = 2.0


class DayFile(TimedRotatingFileHandler):
    """One file a day; says once why it can't write, and goes on with the next line that it can."""

    def __init__(self, folder: LogFolder) -> None:
        super().__init__(folder.current, when="midnight", utc=True, encoding="utf-8")
        self._failing = self._failed_now = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        self._failed_now = False
        super().emit(record)
        self._failing = self._failed_now

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        """No traceback for each line: the line itself is on standard error already."""
        self._failed_now = True
        if not self._failing:
            print(f"telefoon: {self.baseFilename} can't be written: {sys.exc_info()[1]}", file=sys.stderr, flush=True)


class Waiting(QueueHandler):
    """Lines, as they are to stand there, on their way to the file."""

    def enqueue(self, record: logging.LogRecord) -> None:
        """Lose it where too many wait already."""
        try:
            self.queue.put_nowait(record)
        except Full:
            return


@contextmanager
def log_files(folder: LogFolder) -> Iterator[logging.Handler]:
    """The handler whose lines are written there until the end. Raises SetupError where none could be."""
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        file = DayFile(folder)
    except OSError as error:
        raise SetupError(
            f"Logs can't be written to {folder.path}: {error.strerror}. Set TELEFOON_LOG_FOLDER to a folder that can "
            "be written to, or to nothing."
        ) from error
    lines: Queue[logging.LogRecord | None] = Queue(MOST_LINES)
    thread = Thread(target=_write, args=(lines, file), name="log-files", daemon=True)
    thread.start()
    try:
        yield Waiting(lines)
    finally:
        with suppress(Full):  # of a disk that hangs: the thread ends with the process
            lines.put(None, timeout=_END_S)
        thread.join(_END_S)


def _write(lines: "Queue[logging.LogRecord | None]", file: DayFile) -> None:
    while (record := lines.get()) is not None:
        file.handle(record)
    with suppress(OSError):  # what could not be written has been told
        file.close()
