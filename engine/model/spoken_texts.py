"""Texts that the platform speaks, in files of config/ by language without region; English where there is none."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from engine.model.languages import primary_language

_SPARE: Final = "en"
_SPARE_REGION: Final = "en-GB"


def read_texts(file: str) -> dict[str, Any]:
    """The tables of a file of config/, such as phrases.toml."""
    return tomllib.loads((files("config") / file).read_text("utf-8"))


def text_in(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The text for a BCP 47 language such as nl-BE, and the language in which it is."""
    primary = primary_language(language)
    return (texts[primary], language) if primary in texts else (texts[_SPARE], _SPARE_REGION)
