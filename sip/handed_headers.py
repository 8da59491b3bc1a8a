"""Headers of an INVITE that came in which its flow is told, under their names as the far end spells them."""

import re
from collections.abc import Sequence
from typing import Final

from engine.model.sip_headers import MOST_CHARACTERS, MOST_HEADERS, NAME, Header, written_by_us
from sip.message import header_lines

OF_ANYBODY: Final = ("X-*", "User-to-User")
"""What is handed on of a call that no trunk brings: whoever calls so wrote these for the flow."""
_ALL: Final = "*"


def handed_headers(text: str, wanted: Sequence[str]) -> tuple[Header, ...]:
    """The headers of a message whose names are wanted, each once; what goes beyond our own limits is left out."""
    if not wanted:
        return ()
    handed: dict[str, Header] = {}
    room = MOST_CHARACTERS
    for name, value in header_lines(text):
        key = name.lower()
        if not _is_wanted(key, wanted) or key in handed or len(handed) == MOST_HEADERS:
            continue
        if len(name) + len(value) <= room:
            handed[key] = name, value
            room -= len(name) + len(value)
    return tuple(handed.values())


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    if written_by_us(name) or not re.fullmatch(NAME, name):
        return False
    return any(name.startswith(each[:-1]) if each.endswith(_ALL) else name == each for each in map(str.lower, wanted))
