"""A script cut where a long prompt may be made in pieces, so that its first sentence sounds while others are made."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tts.script import Script, ScriptUtterance, ScriptWords, Silence

FIRST_CHARACTERS: Final = 24
"""What the first piece has at least: some four words."""

LATER_CHARACTERS: Final = 120
"""What each later piece has at least: it is made while the one before it sounds."""

_SENTENCE_END: Final = re.compile(r"(?:(?<=[^\W\d_]{3}[.!?…])|(?<=\d[.!?…]))\s+(?=[^\W\d_a-z]|[¿¡„“«\"])")
"""Behind a figure or a word of three letters, before a capital or a letter that knows no case: no abbreviation.

Figures with a point that are ordinals ("am 3. Oktober") are words by now.
"""


def pieces(script: Script) -> tuple[Script, ...]:
    """The script in one piece, or in several that are each said from the beginning to the end of a sentence."""
    cut: list[Script] = []
    piece: list[ScriptUtterance | Silence] = []
    held = 0
    for part in _sentences(script):
        if isinstance(part, ScriptUtterance) and held >= (LATER_CHARACTERS if cut else FIRST_CHARACTERS):
            cut.append(tuple(piece))
            piece, held = [], 0
        piece.append(part)
        held += part.characters if isinstance(part, ScriptUtterance) else 0
    return (*cut, tuple(piece))


def _sentences(script: Script) -> Iterator[ScriptUtterance | Silence]:
    for part in script:
        if isinstance(part, ScriptUtterance):
            yield from _of_utterance(part)
        else:
            yield part


def _of_utterance(utterance: ScriptUtterance) -> Iterator[ScriptUtterance]:
    run: list[ScriptWords] = []
    for words in utterance.words:
        first, *others = _SENTENCE_END.split(words.text)
        run.append(replace(words, text=first))
        for text in others:
            yield replace(utterance, words=tuple(run))
            run = [replace(words, text=text)]
    yield replace(utterance, words=tuple(run))
