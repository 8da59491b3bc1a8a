"""The languages that prompts can be spoken in: one table for the API's validation, the flow and speech."""

import re
from typing import Final

from engine.errors import UnknownLanguage

LANGUAGES: Final = frozenset(
    {
        "nl-NL",
        "nl-BE",
        "fr-FR",
        "fr-BE",
        "fr-CH",
        "de-DE",
        "de-AT",
        "de-CH",
        "en-GB",
        "en-IE",
        "en-US",
    }
)
"""BCP 47 tags (RFC 5646) in their canonical spelling."""

REGION_OF_BARE_LANGUAGE: Final = {"nl": "nl-NL", "fr": "fr-FR", "de": "de-DE", "en": "en-GB"}
"""What a tag without a region stands for."""

_BY_FOLDED_TAG: Final = {
    **REGION_OF_BARE_LANGUAGE,
    **{tag.lower(): tag for tag in LANGUAGES},
    "en-uk": "en-GB",
}


def canonical_language(tag: str) -> str:
    """The table's spelling of `tag`: `NL_be` is nl-BE, a bare `nl` is nl-NL.

    Raises UnknownLanguage, which lists what is allowed (RFC 5646 §2.1.1: tags know no case).
    """
    known = _BY_FOLDED_TAG.get(tag.strip().replace("_", "-").lower())
    if known is None:
        allowed = ", ".join(sorted(LANGUAGES))
        shown = tag if len(tag) <= 40 else f"{tag[:40]}…"
        raise UnknownLanguage("language", f"'{shown}' is not a language we speak. Allowed are: {allowed}.")
    return known


def is_spelling_of(tag: str, language: str) -> bool:
    """Whether the tag stands for this language of ours itself, not only for one that is near it."""
    return _BY_FOLDED_TAG.get(tag.strip().replace("_", "-").lower()) == language


def nearest_language(tag: str) -> str:
    """The language of ours for a tag, another region's if need be: fr-CA is fr-FR. Raises UnknownLanguage."""
    try:
        return canonical_language(tag)
    except UnknownLanguage:
        primary = re.split(r"[-_]", tag.strip())[0].lower()
        if primary in REGION_OF_BARE_LANGUAGE:
            return REGION_OF_BARE_LANGUAGE[primary]
        raise
