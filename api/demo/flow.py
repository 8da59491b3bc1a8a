"""The call flow of the demonstration."""

from typing import Any, Final

from engine.model.consent import Sentence, load_texts
from engine.ports import Speech

PROMPT: Final = "Good day. This is Telefoon, speaking on a real telephone line. Please press four, then two."
THANKS: Final = "Thank you. Your keys were received. Goodbye."
DIGITS: Final = "42"
LANGUAGE: Final = "en-GB"

PROMPTS: Final = (
    Speech(load_texts().wording(Sentence.ANNOUNCEMENT, LANGUAGE).text, LANGUAGE),
    Speech(PROMPT, LANGUAGE),
    Speech(THANKS, LANGUAGE),
)

FLOW: Final[list[dict[str, Any]]] = [
    {
        "verb": "gather",
        "numDigits": len(DIGITS),
        "timeout": 10,
        "prompts": [{"verb": "say", "text": PROMPT, "language": LANGUAGE}],
    },
    {"verb": "say", "text": THANKS, "language": LANGUAGE},
    {"verb": "hangup"},
]
