"""How many of the words that were said a recogniser has misread."""

import re
from collections.abc import Sequence
from typing import Final

from tts.spoken.numbers import numbers_written_out
from tts.spoken.plain import as_said

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_FIGURES: Final = re.compile(r"\d(?=\d)")
_JOINED: Final = ((1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (2, 2))
"""How many words of each side may be the same letters."""


def words_of(text: str, language: str) -> list[str]:
    """The words in small letters, without punctuation; figures and signs as words of `language`, such as nl-BE."""
    spelled = numbers_written_out(as_said(text, language), language)
    return _WORD.findall(_plain(spelled).replace("-", " "))


def word_errors(said: str, read: str, language: str) -> tuple[int, int]:
    """Words that must be changed, added or left out to make one of the other, and how many were said.

    What is written together or apart is the same, and so is a number read as a quantity or figure by figure.
    """
    wanted = words_of(said, language)
    readings = (words_of(read, language), words_of(_FIGURES.sub(r"\g<0> ", read), language))
    return min(_edits(wanted, each) for each in readings), len(wanted)


def _plain(text: str) -> str:
    """Small letters, one kind of apostrophe, and Dutch `een` without the accents that only say how it is meant."""
    return text.lower().replace("\u2019", "'").replace("één", "een")


def _edits(said: Sequence[str], read: Sequence[str]) -> int:
    """Levenshtein's distance, in which words that are the same letters, however parted, cost nothing."""
    rows = [list(range(len(read) + 1))]
    for number in range(1, len(said) + 1):
        row = [number]
        for column in range(1, len(read) + 1):
            costs = [
                rows[number - 1][column - 1] + 1,
                rows[number - 1][column] + 1,
                row[column - 1] + 1,
                *(
                    rows[number - parts][column - others]
                    for parts, others in _JOINED
                    if parts <= number and others <= column
                    and "".join(said[number - parts : number]) == "".join(read[column - others : column])
                ),
            ]  # fmt: skip
            row.append(min(costs))
        rows.append(row)
    return rows[-1][-1]
