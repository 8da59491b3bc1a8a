"""The wording of notices and questions for consent, by purpose and language, each text with its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.model.consent.purpose import Purpose
from engine.model.languages import primary_language
from engine.model.spoken_texts import read_texts, text_in

_FILE: Final = "consent_texts.toml"


class Sentence(StrEnum):
    """The sentences that the platform says about consent: to recording, where they name nothing else."""

    ANNOUNCEMENT = "announcement"
    QUESTION = "question"
    THANKS = "thanks"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ALL_WITHDRAWN = "all-withdrawn"
    """What is said of a withdrawal that is of more than recording."""
    WRITTEN_ANNOUNCEMENT = "written-announcement"
    WRITTEN_QUESTION = "written-question"
    WRITTEN_THANKS = "written-thanks"
    WRITTEN_REFUSED = "written-refused"
    STREAM_ANNOUNCEMENT = "stream-announcement"
    STREAM_QUESTION = "stream-question"
    STREAM_THANKS = "stream-thanks"
    STREAM_REFUSED = "stream-refused"
    OUTSIDE_ANNOUNCEMENT = "outside-announcement"
    OUTSIDE_QUESTION = "outside-question"
    OUTSIDE_THANKS = "outside-thanks"
    OUTSIDE_REFUSED = "outside-refused"
    BOTH_ANNOUNCEMENT = "both-announcement"
    """Recording and streaming in one sentence."""
    BOTH_QUESTION = "both-question"
    BOTH_THANKS = "both-thanks"
    BOTH_REFUSED = "both-refused"


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said to ask for consent, and what is said to the answer."""

    announcement: Sentence
    question: Sentence
    thanks: Sentence
    refused: Sentence


ABOUT: Final[Mapping[frozenset[Purpose], Sentences]] = MappingProxyType(
    {
        frozenset({Purpose.RECORDING}): Sentences(
            Sentence.ANNOUNCEMENT, Sentence.QUESTION, Sentence.THANKS, Sentence.REFUSED
        ),
        frozenset({Purpose.TRANSCRIPTION}): Sentences(
            Sentence.WRITTEN_ANNOUNCEMENT,
            Sentence.WRITTEN_QUESTION,
            Sentence.WRITTEN_THANKS,
            Sentence.WRITTEN_REFUSED,
        ),
        frozenset({Purpose.STREAMING}): Sentences(
            Sentence.STREAM_ANNOUNCEMENT,
            Sentence.STREAM_QUESTION,
            Sentence.STREAM_THANKS,
            Sentence.STREAM_REFUSED,
        ),
        frozenset({Purpose.RECORDING_ELSEWHERE}): Sentences(
            Sentence.OUTSIDE_ANNOUNCEMENT,
            Sentence.OUTSIDE_QUESTION,
            Sentence.OUTSIDE_THANKS,
            Sentence.OUTSIDE_REFUSED,
        ),
        frozenset({Purpose.RECORDING, Purpose.STREAMING}): Sentences(
            Sentence.BOTH_ANNOUNCEMENT, Sentence.BOTH_QUESTION, Sentence.BOTH_THANKS, Sentence.BOTH_REFUSED
        ),
    }
)
"""The purposes that can be asked for in one breath."""

OF_RECORDING: Final = (
    Sentence.ANNOUNCEMENT,
    Sentence.QUESTION,
    Sentence.THANKS,
    Sentence.REFUSED,
    Sentence.WITHDRAWN,
)
"""Those that are there in every language that we speak."""
NAME: Final = "{name}"
"""Stands in a text where the account's spoken name is said."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One text as it is spoken: in a BCP 47 language, in a version."""

    text: str
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text that an account has in place of ours; `language` without region. The highest version is in force."""

    account_id: str
    sentence: Sentence
    language: str
    version: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Texts:
    """Ours: by sentence the version, and the text by language without region."""

    versions: Mapping[Sentence, str]
    texts: Mapping[Sentence, Mapping[str, str]]
    nobody: Mapping[str, str]
    """What stands for the name of an account that has none, by language."""

    def wording(
        self, sentence: Sentence, language: str, own: Mapping[str, OwnText] | None = None, name: str = ""
    ) -> Wording:
        """The words in a BCP 47 language such as nl-BE, else in English; `own` by language goes before ours.

        `name` is the account's, as it is spoken.
        """
        primary = primary_language(language)
        if own and primary in own:
            return Wording(self._named(own[primary].text, language, name), language, f"account {own[primary].version}")
        text, spoken = text_in(self.texts[sentence], language)
        return Wording(self._named(text, spoken, name), spoken, self.versions[sentence])

    def _named(self, text: str, language: str, name: str) -> str:
        return text.replace(NAME, name or text_in(self.nobody, language)[0])


def load_texts() -> Texts:
    """Read the texts of config/consent_texts.toml."""
    data = read_texts(_FILE)
    return Texts(
        {sentence: str(data[sentence]["version"]) for sentence in Sentence},
        {sentence: {name: each for name, each in data[sentence].items() if name != "version"} for sentence in Sentence},
        data["nobody"],
    )
