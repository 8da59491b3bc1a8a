"""What the platform itself says to people, by language."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from engine.ports import Speech


class Phrase(Enum):
    """A sentence that the platform speaks on its own account; text by language, without region."""

    SORRY: Final = MappingProxyType(
        {
            "nl": "Sorry, er is een technische storing. Probeer het later opnieuw.",
            "fr": "Désolé, nous rencontrons un problème technique. Veuillez rappeler plus tard.",
            "de": "Es ist leider ein technischer Fehler aufgetreten. Bitte versuchen Sie es später noch einmal.",
            "en": "Sorry, there is a technical problem. Please try again later.",
        }
    )

    ENTER_PIN: Final = MappingProxyType(
        {
            "nl": "Voer de pincode van de vergadering in en druk op hekje.",
            "fr": "Entrez le code de la conférence, puis appuyez sur dièse.",
            "de": "Bitte geben Sie die PIN der Konferenz ein und drücken Sie die Rautetaste.",
            "en": "Please enter the PIN of the conference, then press the hash key.",
        }
    )
    WRONG_PIN: Final = MappingProxyType(
        {
            "nl": "Die pincode klopt niet.",
            "fr": "Ce code n'est pas correct.",
            "de": "Diese PIN ist nicht richtig.",
            "en": "That PIN is not right.",
        }
    )
    CONFERENCE_FULL: Final = MappingProxyType(
        {
            "nl": "De vergadering is vol.",
            "fr": "La conférence est complète.",
            "de": "Die Konferenz ist voll.",
            "en": "The conference is full.",
        }
    )
    CONFERENCE_LOCKED: Final = MappingProxyType(
        {
            "nl": "De vergadering is gesloten.",
            "fr": "La conférence est verrouillée.",
            "de": "Die Konferenz ist geschlossen.",
            "en": "The conference is locked.",
        }
    )
    CONFERENCE_UNLOCKED: Final = MappingProxyType(
        {
            "nl": "De vergadering is weer open.",
            "fr": "La conférence est de nouveau ouverte.",
            "de": "Die Konferenz ist wieder offen.",
            "en": "The conference is open again.",
        }
    )
    SAY_NAME: Final = MappingProxyType(
        {
            "nl": "Zeg na de toon uw naam en druk op hekje. De anderen zullen hem horen.",
            "fr": "Dites votre nom après le bip, puis appuyez sur dièse. Les autres l'entendront.",
            "de": "Bitte sagen Sie nach dem Ton Ihren Namen und drücken Sie die Rautetaste. Die anderen hören ihn.",
            "en": "Please say your name after the tone, then press the hash key. The others will hear it.",
        }
    )
    HAS_JOINED: Final = MappingProxyType(
        {
            "nl": "neemt nu deel.",
            "fr": "a rejoint la conférence.",
            "de": "nimmt jetzt teil.",
            "en": "has joined the conference.",
        }
    )
    HAS_LEFT: Final = MappingProxyType(
        {
            "nl": "heeft de vergadering verlaten.",
            "fr": "a quitté la conférence.",
            "de": "hat die Konferenz verlassen.",
            "en": "has left the conference.",
        }
    )
    SOMEBODY_JOINED: Final = MappingProxyType(
        {
            "nl": "Iemand neemt nu deel.",
            "fr": "Quelqu'un a rejoint la conférence.",
            "de": "Jemand nimmt jetzt teil.",
            "en": "Somebody has joined the conference.",
        }
    )
    SOMEBODY_LEFT: Final = MappingProxyType(
        {
            "nl": "Iemand heeft de vergadering verlaten.",
            "fr": "Quelqu'un a quitté la conférence.",
            "de": "Jemand hat die Konferenz verlassen.",
            "en": "Somebody has left the conference.",
        }
    )
    ALONE: Final = MappingProxyType(
        {
            "nl": "U bent alleen in de vergadering.",
            "fr": "Vous êtes seul dans la conférence.",
            "de": "Sie sind allein in der Konferenz.",
            "en": "You are alone in the conference.",
        }
    )
    WITH_ONE: Final = MappingProxyType(
        {
            "nl": "Er is één andere deelnemer.",
            "fr": "Il y a un autre participant.",
            "de": "Es ist noch ein Teilnehmer da.",
            "en": "There is one other participant.",
        }
    )
    WITH_OTHERS: Final = MappingProxyType(
        {
            "nl": "Er zijn {count} andere deelnemers.",
            "fr": "Il y a {count} autres participants.",
            "de": "Es sind noch {count} Teilnehmer da.",
            "en": "There are {count} other participants.",
        }
    )
    MUTED: Final = MappingProxyType(
        {
            "nl": "De anderen horen u niet meer.",
            "fr": "Les autres ne vous entendent plus.",
            "de": "Die anderen hören Sie nicht mehr.",
            "en": "The others no longer hear you.",
        }
    )
    UNMUTED: Final = MappingProxyType(
        {
            "nl": "De anderen horen u weer.",
            "fr": "Les autres vous entendent de nouveau.",
            "de": "Die anderen hören Sie wieder.",
            "en": "The others hear you again.",
        }
    )
    ALL_MUTED: Final = MappingProxyType(
        {
            "nl": "Alle deelnemers zijn stil gezet.",
            "fr": "Le micro de tous les participants est coupé.",
            "de": "Alle Teilnehmer sind stumm geschaltet.",
            "en": "All participants are muted.",
        }
    )
    ALL_UNMUTED: Final = MappingProxyType(
        {
            "nl": "Alle deelnemers zijn weer te horen.",
            "fr": "Tous les participants peuvent de nouveau parler.",
            "de": "Alle Teilnehmer sind wieder zu hören.",
            "en": "All participants are heard again.",
        }
    )
    FOR_MODERATORS: Final = MappingProxyType(
        {
            "nl": "Dat kan alleen de gespreksleider.",
            "fr": "Seul le modérateur peut faire cela.",
            "de": "Das kann nur die Leitung der Konferenz.",
            "en": "Only a moderator can do that.",
        }
    )

    def in_language(self, language: str, **values: object) -> Speech:
        """As speech in a BCP 47 language such as nl-BE; English where there is no translation.

        `values` fill what stands in braces.
        """
        texts: Mapping[str, str] = self.value
        primary = language.partition("-")[0].lower()
        if primary in texts:
            return Speech(texts[primary].format(**values), language)
        return Speech(texts["en"].format(**values), "en-GB")


def others_present(count: int, language: str) -> Speech:
    """Says how many others are there."""
    phrase = {0: Phrase.ALONE, 1: Phrase.WITH_ONE}.get(count, Phrase.WITH_OTHERS)
    return phrase.in_language(language, count=count)
