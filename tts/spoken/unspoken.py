"""Characters that are not said: emoji, arrows, and what is invisible. Engines read their names aloud."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SAID: Final = frozenset("°©®™№℃℉℠")
"""Symbols that stand for words."""

_CHANGERS: Final = frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x20E3, *range(0x1F3FB, 0x1F400)))
)
"""What changes the picture before it: variation selectors, keycaps, colours of skin."""

_STYLED: Final = (range(0x1D400, 0x1D800), range(0xFF01, 0xFF5F))
"""Mathematical letters and digits, with which people write bold; and those as wide as a Chinese sign."""

_ARROWS: Final = range(0x2190, 0x2200)
_PLAIN: Final = re.compile(r"[\x00-\xac\xae-\u036f]*")


def without_unspoken(text: str) -> str:
    """The text without them; a space stands where a picture stood, nothing where something invisible was."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_spoken, text))


@lru_cache(maxsize=4096)
def _spoken(character: str) -> str:
    category = unicodedata.category(character)
    at = ord(character)
    if category in {"Cf", "Co", "Cn"} or character in _CHANGERS:
        return ""
    if any(at in styled for styled in _STYLED):
        return unicodedata.normalize("NFKC", character)
    if character not in _SAID and (category == "So" or at in _ARROWS):
        return " "
    return character
