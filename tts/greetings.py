"""A few words in each language, by which a voice is tried."""

from collections.abc import Mapping
from typing import Final

GREETINGS: Final[Mapping[str, str]] = {
    "nl": "Goedemorgen.",
    "fr": "Bonjour.",
    "de": "Guten Morgen.",
    "en": "Good morning.",
    "ar": "صباح الخير.",
    "bg": "Добро утро.",
    "cs": "Dobré ráno.",
    "da": "Godmorgen.",
    "el": "Καλημέρα σας.",
    "es": "Buenos días.",
    "et": "Tere hommikust.",
    "fi": "Hyvää huomenta.",
    "ga": "Maidin mhaith.",
    "hr": "Dobro jutro.",
    "hu": "Jó reggelt.",
    "is": "Góðan daginn.",
    "it": "Buongiorno.",
    "lt": "Labas rytas.",
    "lv": "Labrīt.",
    "mt": "L-għodwa t-tajba.",
    "nb": "God morgen.",
    "pl": "Dzień dobry.",
    "pt": "Bom dia.",
    "ro": "Bună dimineața.",
    "sk": "Dobré ráno.",
    "sl": "Dobro jutro.",
    "sv": "God morgon.",
    "tr": "Merhaba.",
    "uk": "Доброго ранку.",
}
"""By language without region."""
