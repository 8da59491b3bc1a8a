"""The languages that we speak: one table for the API's validation, the flow and speech.

What people write of them besides, and who takes the place of a language that we do not speak, stands here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import UnknownLanguage

_REGIONS: Final[Mapping[str, str]] = {
    "ar": "SA",
    "bg": "BG",
    "cs": "CZ",
    "da": "DK",
    "de": "DE AT CH",
    "el": "GR",
    "en": "GB IE US",
    "es": "ES MX",
    "et": "EE",
    "fi": "FI",
    "fr": "FR BE CH",
    "ga": "IE",
    "hr": "HR",
    "hu": "HU",
    "is": "IS",
    "it": "IT",
    "lt": "LT",
    "lv": "LV",
    "mt": "MT",
    "nb": "NO",
    "nl": "NL BE",
    "pl": "PL",
    "pt": "PT BR",
    "ro": "RO",
    "sk": "SK",
    "sl": "SI",
    "sv": "SE",
    "tr": "TR",
    "uk": "UA",
}
"""By language its regions, the one first that a tag without a region stands for."""

LANGUAGES: Final = frozenset(
    f"{language}-{region}" for language, regions in _REGIONS.items() for region in regions.split()
)
"""BCP 47 tags (RFC 5646) in their canonical spelling."""

REGION_OF_BARE_LANGUAGE: Final = {
    language: f"{language}-{regions.split()[0]}" for language, regions in _REGIONS.items()
}
"""What a tag without a region stands for."""

_BY_FOLDED_TAG: Final = {
    **REGION_OF_BARE_LANGUAGE,
    **{tag.lower(): tag for tag in LANGUAGES},
    "en-uk": "en-GB",
    "no": "nb-NO",
    "no-no": "nb-NO",
}

_OF_LATIN_AMERICA: Final = "419 ar bo cl co cr cu do ec gt hn ni pa pe pr py sv us uy ve"

_BY_FOLDED_REGION: Final = {
    **dict.fromkeys(("en-ca", "en-ph", "en-pr"), "en-US"),
    **{f"es-{region}": "es-MX" for region in _OF_LATIN_AMERICA.split()},
}
"""Regions whose nearest one is not that of the bare language."""

_NEIGHBOURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("an", "ast", "ca", "eu"), "es-ES"),
    **dict.fromkeys(("br", "oc"), "fr-FR"),
    **dict.fromkeys(("ksh", "lb", "nds"), "de-DE"),
    **dict.fromkeys(("af", "fy", "li"), "nl-NL"),
    **dict.fromkeys(("cy", "gd", "gv", "kw", "sco"), "en-GB"),
    **dict.fromkeys(("bs", "cnr", "sh", "sr"), "hr-HR"),
    **dict.fromkeys(("be", "ru", "rue"), "uk-UA"),
    **dict.fromkeys(("co", "fur", "sc", "scn"), "it-IT"),
    **dict.fromkeys(("csb", "szl"), "pl-PL"),
    "arb": "ar-SA",
    "az": "tr-TR",
    "fo": "da-DK",
    "gl": "pt-PT",
    "gsw": "de-CH",
    "ltg": "lv-LV",
    "mk": "bg-BG",
    "mo": "ro-RO",
    "nn": "nb-NO",
    "vro": "et-EE",
    "wa": "fr-BE",
}
"""Languages that we do not speak, and the one of ours that reads their letters nearest to how they sound."""

_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """The language of ours that is spoken; `remark` says so where another one was asked for."""

    language: str
    remark: str = ""


def primary_language(tag: str) -> str:
    """The language of a tag, without its region: fr of fr-BE (RFC 5646 §2.2.1)."""
    return _folded(tag).partition("-")[0]


def canonical_language(tag: str) -> str:
    """The table's spelling of `tag`: `NL_be` is nl-BE, a bare `nl` is nl-NL.

    Raises UnknownLanguage, which lists what is allowed (RFC 5646 §2.1.1: tags know no case).
    """
    known = _BY_FOLDED_TAG.get(_folded(tag))
    if known is None:
        raise _unknown(tag)
    return known


def is_spelling_of(tag: str, language: str) -> bool:
    """Whether the tag stands for this language of ours itself, not only for one that is near it."""
    return _BY_FOLDED_TAG.get(_folded(tag)) == language


def own_language(tag: str) -> str | None:
    """The language of ours for a tag, another region's if need be: fr-CA is fr-FR. None for another language."""
    folded = _folded(tag)
    return _BY_FOLDED_TAG.get(folded) or _BY_FOLDED_REGION.get(folded) or _BY_FOLDED_TAG.get(primary_language(tag))


def nearest_language(tag: str) -> str:
    """Find our language for a tag, or a neighbour of one that we do not speak. Raises UnknownLanguage."""
    near = own_language(tag) or _NEIGHBOURS.get(primary_language(tag))
    if near is None:
        raise _unknown(tag)
    return near


def spoken_for(tag: str | None, around: str) -> SpokenLanguage:
    """What is spoken for any tag: the language of ours that is nearest, else the one `around`, as without a tag."""
    if not tag:
        return SpokenLanguage(around)
    if own := own_language(tag):
        return SpokenLanguage(own)
    spoken = _NEIGHBOURS.get(primary_language(tag), around)
    return SpokenLanguage(spoken, f"{tag[:_SHOWN]} is not a language that we speak; {spoken} takes its place.")


def _unknown(tag: str) -> UnknownLanguage:
    allowed = ", ".join(sorted(LANGUAGES))
    shown = tag if len(tag) <= _SHOWN else f"{tag[:_SHOWN]}…"
    return UnknownLanguage("language", f"'{shown}' is not a language we speak. Allowed are: {allowed}.")


def _folded(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()
