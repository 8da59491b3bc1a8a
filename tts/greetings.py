"""A few words in each language, by which a voice is tried."""

from collections.abc import Mapping
from typing import Final

GREETINGS: Final[Mapping[str, str]] = {
    "nl": "Goedemorgen.",
    "fr": "Bonjour.",
    "de": "Guten Morgen.",
    "en": "Good morning.",
}
"""By language without region."""
