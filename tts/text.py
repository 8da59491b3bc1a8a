"""Text before it is spoken: what may be in it, how numbers are spelled, where it may be cut."""

import re
from typing import Final

from engine.errors import SpeechError
from tts.spoken.unspoken import without_unspoken

TEXT_LIMIT: Final = 20_000
"""Characters in one prompt; about twenty-five minutes of speech."""

SENTENCE_LIMIT: Final = 1_500
"""Characters given to an engine at once: pyttsx3's buffer grows quadratically, and crashes at 13 kB."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SPACE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…;:])\s+")
_PHONE: Final = re.compile(r"(?<![\w+])\+(?:\s?\(?\d(?:[\d().\-/]|\s(?=[\d(]))*\d)(?!\w)")
_DIGITS_IN_PHONE: Final = range(7, 16)  # E.164 §6: at most fifteen


def checked(text: str) -> str:
    """The text, cleaned. Raises SpeechError if there is nothing that can be said, or too much."""
    if len(text) > TEXT_LIMIT:
        raise SpeechError(f"The text has {len(text)} characters; a prompt may have {TEXT_LIMIT}. Split it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SpeechError("The text holds half a character (a lone surrogate): send it as UTF-8.") from error
    clean = without_controls(text).strip()
    if not any(character.isalnum() for character in clean):
        raise SpeechError("There is nothing to say: the text has no letter and no digit.")
    return clean


def without_controls(text: str) -> str:
    """The text with white space made single; gone are control characters, which espeak-ng obeys, and emoji."""
    return _SPACE.sub(" ", without_unspoken(_CONTROL.sub(" ", text)))


def spaced_digits(text: str) -> str:
    """A number said digit by digit; groups stay apart by a comma, which is a short pause."""
    groups = (" ".join(group) for group in re.findall(r"\d+|\+", text))
    return ", ".join(groups).replace("+, ", "plus ").replace("+", "plus")


def with_spelled_phone_numbers(text: str) -> str:
    """Numbers in international form (+32 471 12 34 56) written as single digits; others stay as they are."""

    def spell(match: re.Match[str]) -> str:
        found = match.group()
        return spaced_digits(found) if sum(c.isdigit() for c in found) in _DIGITS_IN_PHONE else found

    return _PHONE.sub(spell, text)


def split_sentences(text: str, limit: int = SENTENCE_LIMIT) -> list[str]:
    """Parts of at most `limit` characters: cut after a sentence, else after a word, else anywhere.

    Nothing but white space at the cuts is lost.
    """
    parts: list[str] = []
    run = ""
    for sentence in _SENTENCE_END.split(text.strip()):
        for piece in _cut(sentence, limit):
            if run and len(run) + 1 + len(piece) > limit:
                parts.append(run)
                run = piece
            else:
                run = f"{run} {piece}" if run else piece
    return [*parts, run] if run else parts


def _cut(sentence: str, limit: int) -> list[str]:
    pieces: list[str] = []
    rest = sentence
    while len(rest) > limit:
        at = rest.rfind(" ", 1, limit + 1)
        at = at if at > 0 else limit
        pieces.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*pieces, rest] if rest else pieces
