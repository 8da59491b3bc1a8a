"""Keys of a telephone as SIP INFO carries them: application/dtmf-relay and application/dtmf.

Neither has a standard; both are as Cisco's gateways and those who follow them write them.
"""

import re
from collections.abc import Mapping
from typing import Final

from sip.message import Message

RELAY: Final = "application/dtmf-relay"
SINGLE: Final = "application/dtmf"
KEYS: Final = frozenset("0123456789*#ABCD")

_SIGNAL: Final = re.compile(r"^[ \t]*signal[ \t]*[=:][ \t]*(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_EVENTS: Final[Mapping[str, str]] = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
"""By the numbers of RFC 4733 §3.2, which some write in place of the sign."""


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
