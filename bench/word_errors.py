"""How many of the words that were said a recogniser has misread."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from num2words import num2words

_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def words_of(text: str, language: str) -> list[str]:
    """In small letters, without punctuation; figures in words, as `language` (ISO 639-1) says them."""
    spelled = _NUMBER.sub(lambda found: f" {_in_words(found.group(), language)} ", text)
    return _WORD.findall(spelled.lower().replace("\u2019", "'").replace("-", " "))


def edits(said: Sequence[str], read: Sequence[str]) -> int:
    """Words that must be changed, added or left out to make one of the other (Levenshtein's distance)."""
    row = list(range(len(read) + 1))
    for number, word in enumerate(said, start=1):
        before, row = row, [number]
        for column, (diagonal, above) in enumerate(pairwise(before)):
            row.append(min(diagonal + (word != read[column]), above + 1, row[column] + 1))
    return row[-1]


def word_error(said: str, read: str, language: str) -> tuple[int, int]:
    """Edits, and how many words were said. What is written together or apart is the same."""
    wanted, found = words_of(said, language), words_of(read, language)
    if "".join(wanted) == "".join(found):
        return 0, len(wanted)
    return edits(wanted, found), len(wanted)


@cache
def _in_words(figure: str, language: str) -> str:
    return str(num2words(int(figure), lang=language))
