"""Pronunciations in IPA: read from SSML's <phoneme>, and spelled for espeak-ng.

espeak-ng has phonemes of its own for each language, so a symbol is only known where that language's voices have
the sound. A word with any other symbol is said by its letters, as SSML 1.1 §3.1.10 has it.
"""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from engine.model.languages import primary_language

IPA_LIMIT: Final = 200
"""Characters in one pronunciation."""

_WITHOUT_SOUND: Final = frozenset(".|\u203f\u02d1\u0361\u035c\u032f")
"""Syllable breaks, ties and the non-syllabic mark: espeak-ng finds syllables by itself."""

_LENGTH: Final = frozenset("\u02d0:")

_TABLES: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
_X_SAMPA: Final = _TABLES["x-sampa"]


def ipa_of(alphabet: str, pronunciation: str) -> str | None:
    """The pronunciation in IPA, from `alphabet` ipa (SSML's default) or x-sampa; None for another alphabet."""
    match alphabet.lower():
        case "" | "ipa":
            return pronunciation
        case "x-sampa":
            return "".join(_X_SAMPA.get(sign, sign) for sign in _longest_first(pronunciation, _X_SAMPA))
        case _:
            return None


def espeak_phonemes(ipa: str, language: str) -> str | None:
    """The mnemonics by which espeak-ng's voices of `language` (a tag such as nl-BE) say it.

    None if it is empty, too long, or has a sound that these voices lack; and where no table tells what they have.
    """
    primary = primary_language(language)
    if len(ipa) > IPA_LIMIT or primary not in _TABLES:
        return None
    known = _spelled(primary)
    signs = _longest_first(unicodedata.normalize("NFD", ipa.strip()), known)
    # A length mark that is left has no long vowel in the table: there, that vowel has but one length.
    said = [known.get(sign) for sign in signs if sign not in _WITHOUT_SOUND | _LENGTH]
    if None in said or not any(said):
        return None
    return "".join(mnemonic for mnemonic in said if mnemonic)


def _longest_first(text: str, signs: Mapping[str, str]) -> Iterator[str]:
    """The text cut into known signs, each as long as can be, and single characters."""
    longest = max(map(len, signs))
    at = 0
    while at < len(text):
        sign = next((text[at : at + n] for n in range(longest, 1, -1) if text[at : at + n] in signs), text[at])
        yield sign
        at += len(sign)


@cache
def _spelled(language: str) -> Mapping[str, str]:
    both = {**_TABLES["all"], **_TABLES[language]}
    return {unicodedata.normalize("NFD", sign): mnemonic for sign, mnemonic in both.items()}
