"""Causes of release (ITU-T Q.850): those that networks tell in a Reason header, and those that SIP codes stand for."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HIGHEST: Final = 127
_REASON: Final = re.compile(r"(?:^|,)\s*Q\.850\s*(?:;[^,]*?)?;\s*cause\s*=\s*([0-9]{1,3})\b", re.IGNORECASE)
"""RFC 3326 §2; a header may give reasons of several protocols."""

CAUSES: Final[Mapping[int, int]] = MappingProxyType(
    {
        400: 41,
        401: 21,
        402: 21,
        403: 21,
        404: 1,
        405: 63,
        406: 79,
        407: 21,
        408: 102,
        410: 22,
        413: 127,
        414: 127,
        415: 79,
        416: 127,
        420: 127,
        421: 127,
        423: 127,
        480: 18,
        481: 41,
        482: 25,
        483: 25,
        484: 28,
        485: 1,
        486: 17,
        500: 41,
        501: 79,
        502: 38,
        503: 41,
        504: 102,
        505: 127,
        513: 127,
        600: 17,
        603: 21,
        604: 1,
    }
)
"""SIP codes as causes, RFC 3398 §8.2.6.1; those that are not here have none."""


def told_cause(reason_header: str | None) -> int | None:
    """The cause that a Reason header tells; None without one."""
    found = _REASON.search(reason_header or "")
    cause = int(found[1]) if found else 0
    return cause if 1 <= cause <= _HIGHEST else None


def cause_of(code: int, reason_header: str | None = None) -> int | None:
    """The cause of a failed call: what the network tells, else what the code stands for."""
    return told_cause(reason_header) or CAUSES.get(code)
