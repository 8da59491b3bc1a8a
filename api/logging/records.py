"""Hands the lines of our own code to the root logger's handlers, and formats each in the way of its handler."""

import logging
from typing import Final

from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

_NAME: Final = "telefoon"


class OurRecord(logging.LogRecord):
    """A line of ours: its facts, in which nothing is left to hide."""

    def __init__(self, name: str, level: int, line: EventDict) -> None:
        super().__init__(name, level, "", 0, line, (), None)
        self.line = line


class RecordLogger:
    """Takes the finished line of each level, as structlog's loggers end in it.

    Unlike the library's logger it looks for no file and line: no line tells them, and the search costs as much as all
    else.
    """

    def __init__(self, name: str = _NAME) -> None:
        self._name = name
        self._root = logging.getLogger()

    def debug(self, line: EventDict) -> None:
        self._handle(logging.DEBUG, line)

    def info(self, line: EventDict) -> None:
        self._handle(logging.INFO, line)

    def warning(self, line: EventDict) -> None:
        self._handle(logging.WARNING, line)

    def error(self, line: EventDict) -> None:
        self._handle(logging.ERROR, line)

    def critical(self, line: EventDict) -> None:
        self._handle(logging.CRITICAL, line)

    def _handle(self, level: int, line: EventDict) -> None:
        self._root.handle(OurRecord(self._name, level, line))


def as_one_argument(
    _logger: WrappedLogger, _method: str, line: EventDict
) -> tuple[tuple[EventDict], dict[str, object]]:
    """End the chain of processors: a RecordLogger takes the line as it is."""
    return (line,), {}


class RecordFormatter(ProcessorFormatter):
    """Renders our own lines, which have been through the processors, and has those of libraries go through them."""

    def format(self, record: logging.LogRecord) -> str:
        if not isinstance(record, OurRecord):
            return super().format(record)
        return str(self.processors[-1](None, "", dict(record.line)))
