"""Reads what is to be said or played out of a request's body."""

from collections.abc import Mapping
from typing import Any, Final

from api.http.faults import Faults
from engine.model.languages import nearest_language
from engine.ports import Speech

Body = Mapping[str, Any]

_LANGUAGE: Final = "en-GB"


def spoken_of(asked: Body, faults: Faults) -> str | None:
    """The language in which `say` is to be said; None where it names none."""
    if "language" not in asked:
        return None
    return faults.read("say.language", nearest_language, asked["language"], None)


def speech_of(body: Body, faults: Faults) -> Speech | None:
    """What `say` asks for; None without it."""
    if "say" not in body:
        return None
    return Speech(body["say"]["text"], spoken_of(body["say"], faults) or _LANGUAGE)


def url_of(body: Body) -> str | None:
    """The file that `play` asks for; None without it."""
    url: str | None = body["play"]["url"] if "play" in body else None
    return url
