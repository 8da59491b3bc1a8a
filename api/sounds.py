"""Reads what is to be said or played out of a request's body."""

from collections.abc import Mapping
from typing import Any

from api.problems import FieldError
from engine.errors import UnknownLanguage
from engine.languages import nearest_language
from engine.ports import Speech

Body = Mapping[str, Any]


def say_faults(body: Body) -> list[FieldError]:
    """What is wrong with `say`."""
    return language_faults(body.get("say", {}), "language", named="say.language")


def language_faults(body: Body, field: str, *, named: str = "") -> list[FieldError]:
    """What is wrong with a language, if it is there; `named` is how the error calls it."""
    try:
        nearest_language(body.get(field, "en-GB"))
    except UnknownLanguage as error:
        return [FieldError(named or field, error.detail)]
    return []


def speech_of(body: Body) -> Speech | None:
    """What `say` asks for, in a language that has been checked; None without it."""
    if "say" not in body:
        return None
    asked = body["say"]
    return Speech(asked["text"], nearest_language(asked.get("language", "en-GB")))


def url_of(body: Body) -> str | None:
    """The file that `play` asks for; None without it."""
    url: str | None = body["play"]["url"] if "play" in body else None
    return url
