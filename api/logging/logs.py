"""Logs: one line an event on standard error, and in a folder where set; without anyone's number or secret.

Lines of a call carry its `call_id`, which the engine binds to structlog's context variables.
"""

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from api.logging.log_files import log_files
from api.logging.plain_line import plain_line
from api.logging.records import RecordFormatter, RecordLogger, as_one_argument
from config.settings import LogFormat, LogLevel, Settings
from engine.privacy.log_folder import LogFolder
from engine.privacy.masking import everywhere, masked, without_query_values

HIDDEN: Final = "(hidden)"

TALKATIVE: Final = ("aiohttp", "asyncio")
"""Libraries whose news at level info is none to an operator."""

INDISCREET: Final = (
    "aiosqlite", "alembic", "asyncpg", "boto3", "botocore", "s3transfer", "sqlalchemy", "urllib3",
)  # fmt: skip
"""Libraries that write every statement, every value in it, or every header, at level debug: debug is SIP, not SQL."""

_SECRET_NAMES: Final = re.compile(r"passw|secret|token|pepper|authori[sz]ation|api_?key|cookie", re.IGNORECASE)
_API_KEY: Final = re.compile(r"\bSK[A-Za-z0-9]{40}\b")
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_MAY_TELL: Final = re.compile(rf"[0-9]{{7}}|sips?:|://|{_API_KEY.pattern}")
"""Has to be in a text for anything in it to be hidden; most texts of most lines have none of it."""
_LEVELS: Final = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}


@contextmanager
def logging_as(settings: Settings) -> Iterator[None]:
    """The logs of this process as the settings say, in files too until the end. Raises SetupError."""
    with ExitStack() as held:
        also = held.enter_context(log_files(LogFolder(settings.log_folder))) if settings.log_folder else None
        write_logs(settings.log_format, settings.log_level, also)
        held.callback(write_logs, settings.log_format, settings.log_level)
        yield


def write_logs(form: LogFormat, level: LogLevel, also: logging.Handler | None = None) -> None:
    """Set up the logs of this process: to standard error and, where given, to another place.

    Libraries' own lines come out the same way.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        discreet,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    root = logging.getLogger()
    root.handlers[:] = [_formatted(logging.StreamHandler(sys.stderr), form, shared, colors=sys.stderr.isatty())]
    if also is not None:
        root.addHandler(_formatted(also, form, shared, colors=False))
    root.setLevel(_LEVELS[level])
    for library in TALKATIVE:
        logging.getLogger(library).setLevel(logging.DEBUG if level is LogLevel.DEBUG else logging.WARNING)
    for library in INDISCREET:
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, as_one_argument],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=RecordLogger,
        cache_logger_on_first_use=False,
    )


def discreet(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Drop what is named like a secret; hide in each text what `without_anyone` hides."""
    return {name: HIDDEN if _is_secret(name) else everywhere(without_anyone, line[name]) for name in line}


def without_anyone(text: str) -> str:
    """The text with all that a log must not tell hidden; looked into only where there may be something."""
    return text if _MAY_TELL.search(text) is None else thoroughly_without_anyone(text)


def thoroughly_without_anyone(text: str) -> str:
    """The text without API keys, credentials in URLs and values of their queries; numbers and SIP users shortened."""
    return masked(without_query_values(_CREDENTIALS.sub(HIDDEN, _API_KEY.sub(HIDDEN, text))))


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    """Whether something of this name is; lines have the same few names again and again."""
    return _SECRET_NAMES.search(name) is not None


def _formatted(
    handler: logging.Handler, form: LogFormat, shared: Sequence[Processor], *, colors: bool
) -> logging.Handler:
    handler.setFormatter(
        RecordFormatter(
            processors=[RecordFormatter.remove_processors_meta, _renderer(form, colors=colors)],
            foreign_pre_chain=shared,
        )
    )
    return handler


def _renderer(form: LogFormat, *, colors: bool) -> Processor:
    if form is LogFormat.JSON:
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(colors=True, pad_event_to=0) if colors else plain_line
