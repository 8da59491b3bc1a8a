"""The words of what was understood: whether they only say that somebody listens, or are the agent's own come back."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_BACKCHANNEL: Final = frozenset((
    "aha", "ah", "oh", "ok", "okay", "oké", "hm", "hmm", "mhm", "mm", "mmm", "uh", "uhm", "uh-huh", "uhu", "um",
    "ja", "jaja", "jawel", "juist", "precies", "inderdaad", "goed",
    "oui", "ouais", "d'accord", "voilà", "bien",
    "genau", "stimmt", "klar", "gut", "so", "ach",
    "yes", "yeah", "yep", "yup", "right", "sure", "i", "see",
))  # fmt: skip
"""What people say while they listen, in the languages that we speak best."""
_LEAST_ECHO: Final = 3
"""Words below which a text proves no echo: who answers often repeats one or two of a question."""
_ECHOED: Final = 0.75
"""The part of a text's letters that come in the agent's, in their order, where it is an echo: a reader errs."""
_LEAST_RUN: Final = 4
"""Letters in a row that are no chance."""


def words_of(text: str) -> list[str]:
    """Words in small letters, without signs."""
    return [each.replace("\u2019", "'") for each in _WORD.findall(text.lower())]


def is_backchannel(text: str) -> bool:
    """Whether somebody only shows that they listen (mhm, ja, d'accord), and wants no turn."""
    words = words_of(text)
    return bool(words) and all(each in _BACKCHANNEL for each in words)


def is_echo(text: str, said: Sequence[str]) -> bool:
    """Whether what was understood are the agent's own words, of the sentences that it said lately."""
    words = words_of(text)
    if len(words) < _LEAST_ECHO:
        return False
    heard, own = "".join(words), "".join(words_of(" ".join(said)))
    matcher = SequenceMatcher(None, own, heard, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks() if block.size >= _LEAST_RUN)
    return matched >= _ECHOED * len(heard)
