"""Which voice speaks which language, per engine. Nothing outside this table is ever spoken with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.errors import SpeechError, UnknownVoice
from engine.model.languages import primary_language


class EngineName(StrEnum):
    """A speech engine, by the name used in settings."""

    PYTTSX3 = "pyttsx3"
    PICO = "pico"
    HIBARI = "hibari"
    MBROLA = "mbrola"
    PIPER = "piper"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one engine; `name` is the engine's own id (for piper the path of its model)."""

    engine: EngineName
    name: str


PREFERRED: Final[Mapping[str, tuple[EngineName, ...]]] = {
    "nl": (EngineName.MBROLA, EngineName.PYTTSX3),
    "fr": (EngineName.PICO, EngineName.MBROLA, EngineName.PYTTSX3),
    "de": (EngineName.PICO, EngineName.MBROLA, EngineName.PYTTSX3),
    "en": (EngineName.HIBARI, EngineName.PICO, EngineName.PYTTSX3),
    "es": (EngineName.PICO, EngineName.PYTTSX3),
    "it": (EngineName.PICO, EngineName.PYTTSX3),
}
"""By language without region, best understood first (docs/speech.md has the figures)."""
_SPARE: Final = (EngineName.PYTTSX3,)

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
    "ar-SA": "sem/ar",
    "bg-BG": "zls/bg",
    "cs-CZ": "zlw/cs",
    "da-DK": "gmq/da",
    "el-GR": "grk/el",
    "es-ES": "roa/es",
    "es-MX": "roa/es-419",
    "et-EE": "urj/et",
    "fi-FI": "urj/fi",
    "ga-IE": "cel/ga",
    "hr-HR": "zls/hr",
    "hu-HU": "urj/hu",
    "is-IS": "gmq/is",
    "it-IT": "roa/it",
    "lt-LT": "bat/lt",
    "lv-LV": "bat/lv",
    "mt-MT": "sem/mt",
    "nb-NO": "gmq/nb",
    "pl-PL": "zlw/pl",
    "pt-PT": "roa/pt",
    "pt-BR": "roa/pt-br",
    "ro-RO": "roa/ro",
    "sk-SK": "zlw/sk",
    "sl-SI": "zls/sl",
    "sv-SE": "gmq/sv",
    "tr-TR": "trk/tr",
    "uk-UA": "zle/uk",
}

PICO_VOICES: Final[Mapping[str, str]] = {
    "fr-FR": "fr-FR",
    "fr-BE": "fr-FR",
    "fr-CH": "fr-FR",
    "de-DE": "de-DE",
    "de-AT": "de-DE",
    "de-CH": "de-DE",
    "en-GB": "en-GB",
    "en-IE": "en-GB",
    "en-US": "en-US",
    "es-ES": "es-ES",
    "it-IT": "it-IT",
}

HIBARI_VOICE: Final = "heart"
"""The one in its package: American English, for en-GB and en-IE as well."""

MBROLA_VOICES: Final[Mapping[str, str]] = {"nl": "nl2", "fr": "fr1", "de": "de6"}
"""Voice files by language without region."""

_ESPEAK_MORE: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset({"gmw/en-us-nyc", "gmw/en-gb-x-rp", "gmw/en-gb-scotland"})
}
"""Voices that no language has by default, but that a flow may name."""


def _espeak_voices(language: str) -> frozenset[str]:
    """Voices of espeak-ng in all regions: a flow may name each of them."""
    primary = primary_language(language)
    own = {voice for tag, voice in ESPEAK_VOICES.items() if primary_language(tag) == primary}
    return _ESPEAK_MORE.get(primary, frozenset()) | own


_ESPEAK_VARIANT: Final = re.compile(r"(f[1-5]|m[1-8])")


@dataclass(frozen=True, slots=True)
class VoiceTable:
    """Voices by language: the operator's order of engines, Piper's voice files, speech servers, and what is installed.

    `orders`, `piper_models` and `server_voices` have canonical language tags as keys. An engine after the first speaks
    only because the operator listed it; without an entry the best of the `able` voices speaks and no other is tried.
    """

    orders: Mapping[str, tuple[EngineName, ...]]
    piper_models: Mapping[str, Path]
    server_voices: Mapping[str, str] = field(default_factory=dict)
    able: frozenset[Voice] = frozenset()

    def order(self, language: str) -> tuple[EngineName, ...]:
        """Engines for a canonical language, first choice first."""
        return self.orders.get(language) or self._installed(language)[:1]

    def lacking(self, language: str) -> tuple[EngineName, ...]:
        """Engines that would be understood better than the one which speaks, and can't be loaded."""
        if language in self.orders:
            return ()
        preferred = self._preferred(language)
        return preferred[: preferred.index(self._installed(language)[0])]

    def without(self, voice: Voice) -> "VoiceTable":
        """The same where this voice is not installed."""
        return replace(self, able=self.able - {voice})

    def voices(self, language: str, wanted: str | None) -> tuple[Voice, ...]:
        """What may speak a canonical language, first choice first; `wanted` names another than the default.

        Never empty. Raises UnknownVoice if no engine of this language's order has the voice that is wanted.
        """
        if wanted is None:
            order = self.order(language)
            return tuple(Voice(engine, self.default(engine, language)) for engine in order)
        order = self.orders.get(language) or self._installed(language)
        able = tuple(Voice(engine, wanted) for engine in order if self._has(engine, language, wanted))
        if not able:
            names = ", ".join(name for engine in order for name in self._names(engine, language))
            raise UnknownVoice(f"No voice '{wanted}' speaks {language}. Leave the voice out, or use: {names}.")
        return able

    def _preferred(self, language: str) -> tuple[EngineName, ...]:
        """Engines with a voice for it, best understood first; the last is pyttsx3, which is always there."""
        preferred = PREFERRED.get(primary_language(language), _SPARE)
        return tuple(engine for engine in preferred if self._voice(engine, language) is not None)

    def _installed(self, language: str) -> tuple[EngineName, ...]:
        return tuple(
            engine
            for engine in self._preferred(language)
            if engine is EngineName.PYTTSX3 or Voice(engine, self.default(engine, language)) in self.able
        )

    def _has(self, engine: EngineName, language: str, wanted: str) -> bool:
        if engine is EngineName.PYTTSX3:
            base, plus, variant = wanted.partition("+")
            known = base in _espeak_voices(language)
            return known and (not plus or _ESPEAK_VARIANT.fullmatch(variant) is not None)
        return wanted == self.default(engine, language)

    def _names(self, engine: EngineName, language: str) -> tuple[str, ...]:
        if engine is EngineName.PYTTSX3:
            bases = sorted(_espeak_voices(language))
            return (*bases, f"{bases[0]}+f1 … +f5", f"{bases[0]}+m1 … +m8")
        return (self.default(engine, language),)

    def default(self, engine: EngineName, language: str) -> str:
        """The engine's own voice for a canonical language. Raises SpeechError if it has none."""
        if (voice := self._voice(engine, language)) is None:
            raise SpeechError(f"The engine {engine} has no voice for {language}. {_advice(engine, language)}")
        return voice

    def _voice(self, engine: EngineName, language: str) -> str | None:
        primary = primary_language(language)
        match engine:
            case EngineName.PYTTSX3:
                return ESPEAK_VOICES[language]
            case EngineName.PICO:
                return PICO_VOICES.get(language)
            case EngineName.HIBARI:
                return HIBARI_VOICE if primary == "en" else None
            case EngineName.MBROLA:
                return MBROLA_VOICES.get(primary)
            case EngineName.PIPER:
                model = self.piper_models.get(language)
                return None if model is None else str(model)
            case EngineName.SERVER:
                return self.server_voices.get(language)


def _advice(engine: EngineName, language: str) -> str:
    match engine:
        case EngineName.PIPER:
            return (
                "Name a file (.onnx, with its .json beside it) in tts_piper_voices, or add it with: "
                f"telefoon voices add {language} FILE"
            )
        case EngineName.SERVER:
            return "Name the url and the voice of a speech server in tts_servers."
        case _:
            return f"Give {language} another engine in tts_engines."
