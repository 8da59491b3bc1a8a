"""Voices of the big clouds, by the names that flows use, and the language that each speaks.

We have none of these voices; a text that was written for one is spoken in its language by a voice of ours.
"""

import re
from collections.abc import Mapping
from typing import Final

_POLLY: Final[Mapping[str, str]] = {
    name: language
    for language, names in {
        "arb": "Zeina",
        "ar-AE": "Hala Zayd",
        "ca-ES": "Arlet",
        "cmn-CN": "Zhiyu",
        "cs-CZ": "Jitka",
        "cy-GB": "Gwyneth",
        "da-DK": "Mads Naja Sofie",
        "de-AT": "Hannah",
        "de-CH": "Sabrina",
        "de-DE": "Daniel Hans Marlene Vicki",
        "en-AU": "Nicole Olivia Russell",
        "en-GB": "Amy Arthur Brian Emma Geraint",
        "en-IE": "Niamh",
        "en-IN": "Aditi Kajal Raveena",
        "en-NZ": "Aria",
        "en-SG": "Jasmine",
        "en-US": "Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Patrick Ruth Salli Stephen",
        "en-ZA": "Ayanda",
        "es-ES": "Alba Conchita Enrique Lucia Raul Sergio",
        "es-MX": "Andres Mia",
        "es-US": "Lupe Miguel Pedro Penelope",
        "fi-FI": "Suvi",
        "fr-BE": "Isabelle",
        "fr-CA": "Chantal Gabrielle Liam",
        "fr-FR": "Celine Lea Mathieu Remi",
        "is-IS": "Dora Karl",
        "it-IT": "Adriano Beatrice Bianca Carla Giorgio Lorenzo",
        "ja-JP": "Kazuha Mizuki Takumi Tomoko",
        "ko-KR": "Jihye Seoyeon",
        "nb-NO": "Ida Liv",
        "nl-BE": "Lisa",
        "nl-NL": "Laura Lotte Ruben",
        "pl-PL": "Ewa Jacek Jan Maja Ola",
        "pt-BR": "Camila Ricardo Thiago Vitoria",
        "pt-PT": "Cristiano Ines",
        "ro-RO": "Carmen",
        "ru-RU": "Maxim Tatyana",
        "sv-SE": "Astrid Elin",
        "tr-TR": "Burcu Filiz",
        "yue-CN": "Hiujin",
    }.items()
    for name in names.split()
}
_BY_FOLDED_NAME: Final = {name.lower(): language for name, language in _POLLY.items()}

# Those names say nothing about a language: the text's own, or the call's, holds.
_OF_NO_LANGUAGE: Final = frozenset({"man", "woman", "alice", "default"})
_CLOUD: Final = re.compile(r"(Polly|Google|Amazon|Azure|Microsoft|ElevenLabs|Basic|Deepgram)[.\-](.*)", re.IGNORECASE)
# As Google and Azure themselves name them: pl-PL-Wavenet-A, pl-PL-ZofiaNeural.
_OF_GOOGLE_OR_AZURE: Final = re.compile(r"[a-z]{2,3}-[A-Z]{2}-\w[\w-]*", re.IGNORECASE)
_TAG: Final = re.compile(r"\b([a-z]{2,3}-[A-Z]{2,4})\b", re.IGNORECASE)
_ACCENTS: Final = str.maketrans("éèêíóâá", "eeeioaa")


def is_cloud_voice(voice: str) -> bool:
    """Whether a name is a voice of one of the clouds."""
    return voice.lower() in _OF_NO_LANGUAGE or _own_name(voice) is not None


def language_of(voice: str) -> str | None:
    """The language that a cloud's voice speaks, which may be none of ours; None where its name tells none."""
    name = _own_name(voice)
    if name is None:
        return None
    tag = _TAG.search(name)
    return tag.group(1) if tag else _BY_FOLDED_NAME.get(re.split(r"[-.]", name)[0].lower().translate(_ACCENTS))


def _own_name(voice: str) -> str | None:
    """What a cloud itself calls its voice; None for one of no cloud."""
    if _OF_GOOGLE_OR_AZURE.fullmatch(voice):
        return voice
    cloud = _CLOUD.fullmatch(voice)
    return None if cloud is None else cloud.group(2)
