"""Which voice speaks which language, per engine. Nothing outside this table is ever spoken with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.errors import SpeechError


class EngineName(StrEnum):
    """A speech engine, by the name used in settings."""

    PYTTSX3 = "pyttsx3"
    PICO = "pico"
    PIPER = "piper"


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one engine; `name` is the engine's own id (for piper the path of its model)."""

    engine: EngineName
    name: str


DEFAULT_ORDER: Final = (EngineName.PYTTSX3,)

ESPEAK_VOICES: Final[Mapping[str, str]] = {
    "nl-NL": "gmw/nl",
    "nl-BE": "gmw/nl",  # espeak-ng has no Flemish voice
    "fr-FR": "roa/fr",
    "fr-BE": "roa/fr-be",
    "fr-CH": "roa/fr-ch",
    "de-DE": "gmw/de",
    "de-AT": "gmw/de",
    "de-CH": "gmw/de",
    "en-GB": "gmw/en",
    "en-IE": "gmw/en",
    "en-US": "gmw/en-us",
}

PICO_VOICES: Final[Mapping[str, str]] = {
    # No fr-BE and fr-CH: Pico knows no septante and nonante. No Dutch at all.
    "fr-FR": "fr-FR",
    "de-DE": "de-DE",
    "de-AT": "de-DE",
    "de-CH": "de-DE",
    "en-GB": "en-GB",
    "en-IE": "en-GB",
    "en-US": "en-US",
}

_ESPEAK_BY_LANGUAGE: Final[Mapping[str, frozenset[str]]] = {
    "nl": frozenset({"gmw/nl"}),
    "fr": frozenset({"roa/fr", "roa/fr-be", "roa/fr-ch"}),
    "de": frozenset({"gmw/de"}),
    "en": frozenset({"gmw/en", "gmw/en-us", "gmw/en-us-nyc", "gmw/en-gb-x-rp", "gmw/en-gb-scotland"}),
}
_ESPEAK_VARIANT: Final = re.compile(r"(f[1-5]|m[1-8])")


@dataclass(frozen=True, slots=True)
class VoiceTable:
    """The operator's choice: engine order per language, and Piper's voice files per language.

    `orders` and `piper_models` have canonical language tags as keys. An engine after the first speaks only
    because the operator listed it; without an entry there is one engine and no other is tried.
    """

    orders: Mapping[str, tuple[EngineName, ...]]
    piper_models: Mapping[str, Path]

    def order(self, language: str) -> tuple[EngineName, ...]:
        """Engines for a canonical language, first choice first."""
        return self.orders.get(language, DEFAULT_ORDER)

    def voices(self, language: str, wanted: str | None) -> tuple[Voice, ...]:
        """What may speak a canonical language, first choice first; `wanted` names another than the default.

        Never empty. Raises SpeechError if no engine of this language's order has the voice that is wanted.
        """
        order = self.order(language)
        if wanted is None:
            return tuple(Voice(engine, self.default(engine, language)) for engine in order)
        able = tuple(Voice(engine, wanted) for engine in order if self._has(engine, language, wanted))
        if not able:
            names = ", ".join(name for engine in order for name in self._names(engine, language))
            raise SpeechError(f"No voice '{wanted}' speaks {language}. Leave the voice out, or use: {names}.")
        return able

    def _has(self, engine: EngineName, language: str, wanted: str) -> bool:
        if engine is EngineName.PYTTSX3:
            base, plus, variant = wanted.partition("+")
            known = base in _ESPEAK_BY_LANGUAGE[language.partition("-")[0]]
            return known and (not plus or _ESPEAK_VARIANT.fullmatch(variant) is not None)
        return wanted == self.default(engine, language)

    def _names(self, engine: EngineName, language: str) -> tuple[str, ...]:
        if engine is EngineName.PYTTSX3:
            bases = sorted(_ESPEAK_BY_LANGUAGE[language.partition("-")[0]])
            return (*bases, f"{bases[0]}+f1 … +f5", f"{bases[0]}+m1 … +m8")
        return (self.default(engine, language),)

    def default(self, engine: EngineName, language: str) -> str:
        """The engine's own voice for a canonical language. Raises SpeechError if it has none."""
        match engine:
            case EngineName.PYTTSX3:
                return ESPEAK_VOICES[language]
            case EngineName.PICO:
                if (name := PICO_VOICES.get(language)) is None:
                    raise SpeechError(
                        f"The engine pico has no voice for {language}; it speaks {', '.join(PICO_VOICES)}. "
                        f"Give {language} another engine in tts_engines."
                    )
                return name
            case EngineName.PIPER:
                if (model := self.piper_models.get(language)) is None:
                    raise SpeechError(
                        f"The engine piper has no voice file for {language}. "
                        "Name one (a .onnx file with its .json beside it) in tts_piper_voices."
                    )
                return str(model)
