"""Numbers as a region says them, for voices that know its language only as another region counts."""

from dataclasses import replace
from typing import Final

from tts.script import ScriptUtterance
from tts.spoken.numbers import numbers_written_out

_OTHERWISE: Final = frozenset({"fr-BE", "fr-CH"})
"""Septante and nonante, and huitante in Switzerland: voices of France read 95 as quatre-vingt-quinze."""


def counted(utterance: ScriptUtterance) -> ScriptUtterance:
    """The same with its numbers in words, where the region counts otherwise."""
    if utterance.language not in _OTHERWISE:
        return utterance
    words = tuple(replace(each, text=numbers_written_out(each.text, utterance.language)) for each in utterance.words)
    return replace(utterance, words=words)
