"""The steps that a speech engine is asked for, in order: words to say, silences to keep.

Plain text and SSML both become this, so that an engine needs to know neither. It is data that passes
through JSON to the worker process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from tts.text import SENTENCE_LIMIT, split_sentences


@dataclass(frozen=True, slots=True)
class Manner:
    """The manner in which words are said. Only espeak-ng obeys it; the other engines say the words plainly.

    `rate`, `volume` and `pitch` are percentages of the voice's normal, `emphasis` is one of SSML's levels,
    `spelled` says letter by letter, `ipa` says the words as this pronunciation has it.
    """

    rate: int = 100
    volume: int = 100
    pitch: int = 100
    emphasis: str | None = None
    spelled: bool = False
    ipa: str | None = None


PLAIN: Final = Manner()


@dataclass(frozen=True, slots=True)
class ScriptWords:
    """A run of text in one manner."""

    text: str
    manner: Manner = PLAIN


@dataclass(frozen=True, slots=True)
class ScriptUtterance:
    """Words said in one breath in one language; `voice` is a wish, None is the language's default."""

    language: str
    words: tuple[ScriptWords, ...]
    voice: str | None = None

    @property
    def characters(self) -> int:
        """How much there is to say."""
        return sum(len(each.text) for each in self.words)


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause of so many milliseconds."""

    ms: int


Script = tuple[ScriptUtterance | Silence, ...]


def of_plain_text(text: str, language: str, voice: str | None) -> Script:
    """A script for text without markup, split so that no utterance is longer than the engines bear."""
    return tuple(ScriptUtterance(language, (ScriptWords(part),), voice) for part in split_sentences(text))


def plain_text(utterance: ScriptUtterance) -> str:
    """The words for an engine that knows no manner; letters to be spelled stand apart."""
    return "".join(map(plain_words, utterance.words)).strip()


def plain_words(words: ScriptWords) -> str:
    """What of an utterance's `plain_text` is theirs."""
    return f" {' '.join(words.text.replace(' ', ''))} " if words.manner.spelled else words.text


def shortened(utterance: ScriptUtterance) -> Script:
    """The same utterance in parts of at most SENTENCE_LIMIT characters, cut at sentences where possible."""
    if utterance.characters <= SENTENCE_LIMIT:
        return (utterance,)
    parts: list[ScriptUtterance] = []
    run: list[ScriptWords] = []
    length = 0
    for words in utterance.words:
        for text in split_sentences(words.text):
            if run and length + len(text) > SENTENCE_LIMIT:
                parts.append(replace(utterance, words=tuple(run)))
                run, length = [], 0
            run.append(replace(words, text=f"{text} "))
            length += len(text)
    if run:
        parts.append(replace(utterance, words=tuple(run)))
    return tuple(parts)


def to_json(script: Script) -> list[dict[str, Any]]:
    """Plain lists and dictionaries, for the worker's protocol and the cache key."""
    return [asdict(part) for part in script]


def from_json(parts: Sequence[Mapping[str, Any]]) -> Script:
    """The inverse of to_json."""
    return tuple(
        Silence(part["ms"])
        if "ms" in part
        else ScriptUtterance(
            part["language"],
            tuple(ScriptWords(words["text"], Manner(**words["manner"])) for words in part["words"]),
            part["voice"],
        )
        for part in parts
    )
