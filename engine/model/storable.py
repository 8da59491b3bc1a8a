"""Text as any database can hold it: what comes from the wire may be no text at all."""

import re
from typing import Final

_UNSTORABLE: Final = re.compile(r"[\ud800-\udfff\x00]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """A text with U+FFFD in the place of NUL, which PostgreSQL refuses, and of each byte that was no UTF-8."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)
