"""The JSON beside a Piper voice: which language it speaks, and whether Piper can use it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidField
from engine.model.languages import primary_language

_BIGGEST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Description:
    """`spoken` is the voice's language as its maker wrote it, such as nl_BE or nl."""

    spoken: str

    @property
    def language(self) -> str:
        """Its two letters."""
        return primary_language(self.spoken)


def read_description(path: Path) -> Description:
    """Raises InvalidField where it is no description of a Piper voice."""
    try:
        if path.stat().st_size > _BIGGEST_BYTES:
            raise InvalidField("file", f"{path.name} is too long for the description of a voice.")
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidField("file", f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidField("file", f"{path.name} is not JSON: {error}.") from error
    fault = _fault(told)
    if fault is not None:
        raise InvalidField("file", f"{path.name} does not describe a voice of Piper: {fault}.")
    spoken = _language_of(told)
    if not spoken:
        raise InvalidField("file", f"{path.name} does not tell the voice's language (language.code or espeak.voice).")
    return Description(spoken)


def _fault(told: Any) -> str | None:
    """What Piper would stumble over."""
    if not isinstance(told, Mapping):
        return "it is no table"
    for place in (("audio", "sample_rate"), ("num_symbols",), ("num_speakers",)):
        if not isinstance(_at(told, *place), int):
            return f"{'.'.join(place)} is missing"
    if not isinstance(_at(told, "phoneme_id_map"), Mapping):
        return "phoneme_id_map is missing"
    if not isinstance(_at(told, "espeak", "voice"), str):
        return "espeak.voice is missing"
    return None


def _language_of(told: Mapping[str, Any]) -> str:
    code = _at(told, "language", "code")
    return code if isinstance(code, str) and code else str(_at(told, "espeak", "voice"))


def _at(told: Any, *place: str) -> Any:
    for name in place:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told
