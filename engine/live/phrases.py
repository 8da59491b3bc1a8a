"""The phrases that the platform itself says to people, by language."""

import functools
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from engine.model.spoken_texts import read_texts, text_in
from engine.ports import Speech

_FILE: Final = "phrases.toml"


class Phrase(StrEnum):
    """A sentence that the platform speaks on its own account, by its name in config/phrases.toml."""

    SORRY = "sorry"
    ENTER_PIN = "enter_pin"
    WRONG_PIN = "wrong_pin"
    CONFERENCE_FULL = "conference_full"
    CONFERENCE_LOCKED = "conference_locked"
    CONFERENCE_UNLOCKED = "conference_unlocked"
    SAY_NAME = "say_name"
    HAS_JOINED = "has_joined"
    HAS_LEFT = "has_left"
    SOMEBODY_JOINED = "somebody_joined"
    SOMEBODY_LEFT = "somebody_left"
    ALONE = "alone"
    WITH_ONE = "with_one"
    WITH_OTHERS = "with_others"
    MUTED = "muted"
    UNMUTED = "unmuted"
    ALL_MUTED = "all_muted"
    ALL_UNMUTED = "all_unmuted"
    BALANCE_LOW = "balance_low"
    FOR_MODERATORS = "for_moderators"
    NODE_STOPS = "node_stops"
    OTHERS_AWAY = "others_away"

    @property
    def texts(self) -> Mapping[str, str]:
        """The phrase in each language, without regions."""
        return _texts()[self]

    def in_language(self, language: str, **values: object) -> Speech:
        """The phrase as speech in a BCP 47 language such as nl-BE; English where there is no translation.

        `values` fill what stands in braces.
        """
        text, spoken = text_in(self.texts, language)
        return Speech(text.format(**values), spoken)


def others_present(count: int, language: str) -> Speech:
    """Says how many others are there."""
    phrase = {0: Phrase.ALONE, 1: Phrase.WITH_ONE}.get(count, Phrase.WITH_OTHERS)
    return phrase.in_language(language, count=count)


@functools.cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return read_texts(_FILE)
