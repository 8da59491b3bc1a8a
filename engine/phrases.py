"""What the platform itself says to people, by language."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from engine.ports import Speech


class Phrase(Enum):
    """A sentence that the platform speaks on its own account; text by language, without region."""

    RECORDED: Final = MappingProxyType(
        {
            "nl": "Dit gesprek wordt opgenomen.",
            "fr": "Cet appel est enregistré.",
            "de": "Dieses Gespräch wird aufgezeichnet.",
            "en": "This call is being recorded.",
        }
    )
    SORRY: Final = MappingProxyType(
        {
            "nl": "Sorry, er is een technische storing. Probeer het later opnieuw.",
            "fr": "Désolé, nous rencontrons un problème technique. Veuillez rappeler plus tard.",
            "de": "Es ist leider ein technischer Fehler aufgetreten. Bitte versuchen Sie es später noch einmal.",
            "en": "Sorry, there is a technical problem. Please try again later.",
        }
    )

    def in_language(self, language: str) -> Speech:
        """As speech in a BCP 47 language such as nl-BE; English where there is no translation."""
        texts: Mapping[str, str] = self.value
        primary = language.partition("-")[0].lower()
        if primary in texts:
            return Speech(texts[primary], language)
        return Speech(texts["en"], "en-GB")
