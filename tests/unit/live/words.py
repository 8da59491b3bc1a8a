"""What the platform says of its own accord, in British English, and where flows of the tests go on."""

from typing import Final

from engine.model.consent import Sentence, load_texts

_TEXTS: Final = load_texts()


def text_of(sentence: Sentence, language: str = "en-GB") -> str:
    """How it is said in a language."""
    return _TEXTS.wording(sentence, language).text


NOTICE: Final = text_of(Sentence.ANNOUNCEMENT)
QUESTION: Final = text_of(Sentence.QUESTION)
THANKS: Final = text_of(Sentence.THANKS)
REFUSED: Final = text_of(Sentence.REFUSED)
WITHDRAWN: Final = text_of(Sentence.WITHDRAWN)
BEEP: Final = "beep"


def element(name: str, inside: str = "", **attributes: str) -> str:
    """An element of a flow, as it is written."""
    written = "".join(f' {attribute}="{value}"' for attribute, value in attributes.items())
    return f"<{name}{written}>{inside}</{name}>"


DONE: Final = "https://customer.example/done"
"""The action of verbs under test."""
GOODBYE: Final = "<Response><Say>Goodbye.</Say></Response>"
"""What is there."""
