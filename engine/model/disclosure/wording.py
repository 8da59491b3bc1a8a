"""The notice that a program speaks, by language, each text with its version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.model.languages import REGION_OF_BARE_LANGUAGE, primary_language
from engine.model.spoken_texts import read_texts, text_in

NAME: Final = "{name}"
"""Stands in a text where the account's spoken name is said."""
_FILE: Final = "disclosure_texts.toml"


@dataclass(frozen=True, slots=True)
class NoticeWording:
    """The notice as it is spoken: in a BCP 47 language, in a version."""

    text: str
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A notice that an account has in place of ours; `language` without region. The highest version is in force.

    It names the account by `{name}`.
    """

    account_id: str
    language: str
    version: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """Ours: the version, and the text by language without region."""

    version: str
    texts: Mapping[str, str]

    def wording(
        self, spoken_name: str, language: str, own: Iterable[OwnNotice] = (), *, spare: str = ""
    ) -> NoticeWording:
        """The words in a BCP 47 language such as nl-BE, else in the `spare` one, else in English.

        Texts of the account's `own`, the newest of a language last, go before ours.
        """
        owned = {each.language: each for each in own}
        for spoken in (language, spare):
            primary = primary_language(spoken)
            if primary in owned:
                text = owned[primary].text.replace(NAME, spoken_name)
                return NoticeWording(text, _with_region(spoken), f"account {owned[primary].version}")
            if primary in self.texts:
                return NoticeWording(self.texts[primary].replace(NAME, spoken_name), _with_region(spoken), self.version)
        text, spoken = text_in(self.texts, language)
        return NoticeWording(text.replace(NAME, spoken_name), spoken, self.version)


def load_notice_texts() -> NoticeTexts:
    """Read the texts of config/disclosure_texts.toml."""
    notice = read_texts(_FILE)["notice"]
    return NoticeTexts(str(notice["version"]), {name: text for name, text in notice.items() if name != "version"})


def _with_region(language: str) -> str:
    return REGION_OF_BARE_LANGUAGE.get(language, language)
