"""What the platform says of its own accord, in British English, and where flows of the tests go on."""

from typing import Final

from engine.consent import Sentence, load_texts

_TEXTS: Final = load_texts()


def _text(sentence: Sentence) -> str:
    return _TEXTS.wording(sentence, "en-GB").text


NOTICE: Final = _text(Sentence.ANNOUNCEMENT)
QUESTION: Final = _text(Sentence.QUESTION)
THANKS: Final = _text(Sentence.THANKS)
REFUSED: Final = _text(Sentence.REFUSED)
WITHDRAWN: Final = _text(Sentence.WITHDRAWN)
BEEP: Final = "beep"

DONE: Final = "https://customer.example/done"
"""The action of verbs under test."""
GOODBYE: Final = "<Response><Say>Goodbye.</Say></Response>"
"""What is there."""
