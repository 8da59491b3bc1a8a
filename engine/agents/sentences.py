"""An agent's tokens joined to sentences, so that the first is spoken while its model still makes the rest."""

import re
from typing import Final

from engine.agents.markup import is_within_markup

MOST_HELD: Final = 400
"""Characters without an end of a sentence after which what is there is spoken up to its last word."""

_LAST_WORD: Final = 24
"""Characters in which each word that goes on after its full stop has room."""
_DIGITS_OF_A_DAY: Final = 2
_LAST_DAY: Final = 31
_SIGNS: Final = r"[.!?\u2026]+[\"'\u00bb\u201d\u2019)\]]*"
_END: Final = re.compile(rf"{_SIGNS}(?=\s)|[\u3002\uff01\uff1f]|(?=\n)")
_LAST: Final = re.compile(rf"{_SIGNS}$")
_WORD_BEFORE: Final = re.compile(r"([^\W_][\w.\u2019']*)\.$")
_ABBREVIATIONS: Final = frozenset((
    "b.v", "bijv", "blz", "bv", "bzw", "ca", "d.h", "d.w.z", "dhr", "dr", "e.g", "evtl", "fr", "hr", "i.e",
    "inkl", "incl", "m", "m.b.t", "max", "mevr", "min", "mlle", "mme", "mr", "mrs", "ms", "mw", "n.b", "nr",
    "o.a", "p", "prof", "resp", "sr", "st", "str", "t.a.v", "t.b.v", "tel", "u.a", "v.a", "vgl", "vs", "z.b",
    "z.o.z", "z.t",
))  # fmt: skip
"""What ends with a full stop within a sentence, in the languages that we speak best; what may end one is not here."""


class SentenceJoiner:
    """Holds what is no whole sentence yet."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, token: str) -> list[str]:
        """The sentences that a token has made whole, in their order."""
        self._held += token
        whole = []
        while (cut := _cut_of(self._held)) is not None:
            whole.append(self._held[:cut])
            self._held = self._held[cut:].lstrip()
        return [sentence for each in whole if (sentence := each.strip())]

    @property
    def may_be_whole(self) -> bool:
        """Whether what is held ends as sentences do: it is one unless more of it comes."""
        held = self._held
        return bool(_LAST.search(held)) and not (_goes_on(held) or is_within_markup(held))

    def rest(self) -> str | None:
        """What is left at the end of a turn; None if nothing is."""
        rest, self._held = self._held.strip(), ""
        return rest or None


def _cut_of(text: str) -> int | None:
    """Where the first sentence ends; None while it may go on.

    Looked for no further than a sentence may be long: each end that is none is looked at with all before it.
    """
    for found in _END.finditer(text[: MOST_HELD + 1]):
        begun = text[: found.end()]
        if begun and not _goes_on(begun) and not is_within_markup(begun):
            return found.end()
    if len(text) <= MOST_HELD:
        return None
    at_word = text.rfind(" ", 1, MOST_HELD)
    return at_word if at_word > 0 else MOST_HELD


def _goes_on(begun: str) -> bool:
    """Whether the full stop is of an abbreviation, of an initial, or of a number in order (3. Mai)."""
    found = _WORD_BEFORE.search(begun[-_LAST_WORD:])
    if found is None:
        return False
    word = found[1].lower()
    return word in _ABBREVIATIONS or _may_be_day(word) or (len(word) == 1 and found[1].isupper())


def _may_be_day(word: str) -> bool:
    """Whether a full stop may make an ordinal of it, of a day or a month as most are; a year's ends a sentence."""
    return word.isdecimal() and len(word) <= _DIGITS_OF_A_DAY and int(word) <= _LAST_DAY
