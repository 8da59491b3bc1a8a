"""Added voices among the voices that speak: settings win over them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import UnknownLanguage
from engine.model.languages import canonical_language
from tts.voices import EngineName

Engines = Mapping[str, Sequence[str]]
Models = Mapping[str, Path]


def with_added(added: Models, engines: Engines, models: Models) -> tuple[Engines, Models]:
    """The settings' orders of engines and Piper's models, with those that were added for languages they leave open.

    A language that has a voice and no order is spoken by piper, and by pyttsx3 where that fails.
    Languages of the settings may be written in any way; wrong ones stay for others to refuse.
    """
    ordered, modelled = _tags(engines), _tags(models)
    return (
        {**engines, **{tag: (EngineName.PIPER, EngineName.PYTTSX3) for tag in added if tag not in ordered}},
        {**models, **{tag: path for tag, path in added.items() if tag not in modelled}},
    )


def unused(language: str, engines: Engines, models: Models) -> str | None:
    """Why settings keep the voice of a canonical language from being heard; None where they do not."""
    if language in _tags(models):
        return f"tts_piper_voices names another file for {language}, which wins over what is added."
    orders = [order for tag, order in engines.items() if language in _tags({tag: order})]
    if any(EngineName.PIPER not in order for order in orders):
        return f"tts_engines does not list piper for {language}, so this voice is not heard."
    return None


def _tags(table: Mapping[str, object]) -> set[str]:
    found: set[str] = set()
    for tag in table:
        with suppress(UnknownLanguage):
            found.add(canonical_language(tag))
    return found
