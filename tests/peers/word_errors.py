"""How many of the words that were said a recogniser has misread."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tts.spoken.numbers import numbers_written_out
from tts.spoken.plain import as_said

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_FIGURES: Final = re.compile(r"\d(?=\d)")


def words_of(text: str, language: str) -> list[str]:
    """In small letters, without punctuation; figures and signs in the words of `language`, such as nl-BE."""
    spelled = numbers_written_out(as_said(text, language), language)
    return _WORD.findall(spelled.lower().replace("\u2019", "'").replace("-", " "))


def word_errors(said: str, read: str, language: str) -> tuple[int, int]:
    """Words that must be changed, added or left out to make one of the other, and how many were said.

    What is written together or apart is the same, and so is a number read as a quantity or figure by figure.
    """
    wanted = words_of(said, language)
    readings = (words_of(read, language), words_of(_FIGURES.sub(r"\g<0> ", read), language))
    if any("".join(wanted) == "".join(each) for each in readings):
        return 0, len(wanted)
    return min(_edits(wanted, each) for each in readings), len(wanted)


def _edits(said: Sequence[str], read: Sequence[str]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(read) + 1))
    for number, word in enumerate(said, start=1):
        before, row = row, [number]
        for column, (diagonal, above) in enumerate(pairwise(before)):
            row.append(min(diagonal + (word != read[column]), above + 1, row[column] + 1))
    return row[-1]
