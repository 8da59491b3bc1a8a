"""Keys of a telephone: as SIP INFO carries them, and each once, by whichever ways a far end tells it.

INFO has application/dtmf-relay and application/dtmf. Neither has a standard; both are as Cisco's gateways and those who
follow them write them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from sip.message import Message

RELAY: Final = "application/dtmf-relay"
SINGLE: Final = "application/dtmf"
KEYS: Final = frozenset("0123456789*#ABCD")

_SIGNAL: Final = re.compile(r"^[ \t]*signal[ \t]*[=:][ \t]*(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_EVENTS: Final[Mapping[str, str]] = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
"""By the numbers of RFC 4733 §3.2, which some write in place of the sign."""

_SAME_PRESS_S: Final = 1.0
"""What a far end tells by two ways within this time is one press."""


class KeyWay(IntEnum):
    """How a far end tells its keys, the surest last."""

    INBAND = 1
    INFO = 2
    RFC4733 = 3


@dataclass(slots=True)
class KeysToldOnce:
    """Leaves out what a far end tells again by another way: the surest way that it has used so far is the one."""

    _way: KeyWay | None = None
    _last: dict[str, float] = field(default_factory=dict)
    """When each key was told by that way."""

    def is_new(self, key: str, way: KeyWay, now_s: float) -> bool:
        if self._way is not None and way < self._way:
            return False
        same = way is not self._way and now_s - self._last.get(key, -_SAME_PRESS_S) < _SAME_PRESS_S
        if way is not self._way:
            self._way, self._last = way, {}
        self._last[key] = now_s
        return not same


def key_of(message: Message) -> str | None:
    """The key that an INFO tells of, one of KEYS; None for none, such as a flash of the hook."""
    if message.content_type == RELAY:
        found = _SIGNAL.search(message.body)
        return _key(found[1]) if found else None
    if message.content_type == SINGLE:
        return _key(message.body.strip())
    return None


def _key(text: str) -> str | None:
    key = _EVENTS.get(text, text.upper())
    return key if key in KEYS else None
