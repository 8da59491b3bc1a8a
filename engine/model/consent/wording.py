"""The wording of notices and questions about recording, by language, each text with its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.model.languages import primary_language
from engine.model.spoken_texts import read_texts, text_in

_FILE: Final = "consent_texts.toml"


class Sentence(StrEnum):
    """The sentences that the platform says about recording."""

    ANNOUNCEMENT = "announcement"
    QUESTION = "question"
    THANKS = "thanks"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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

    def wording(self, sentence: Sentence, language: str, own: Mapping[str, OwnText] | None = None) -> Wording:
        """The words in a BCP 47 language such as nl-BE, else in English; `own` by language goes before ours."""
        primary = primary_language(language)
        if own and primary in own:
            return Wording(own[primary].text, language, f"account {own[primary].version}")
        text, spoken = text_in(self.texts[sentence], language)
        return Wording(text, spoken, self.versions[sentence])


def load_texts() -> Texts:
    """Read the texts of config/consent_texts.toml."""
    data = read_texts(_FILE)
    return Texts(
        {sentence: str(data[sentence]["version"]) for sentence in Sentence},
        {sentence: {name: each for name, each in data[sentence].items() if name != "version"} for sentence in Sentence},
    )
