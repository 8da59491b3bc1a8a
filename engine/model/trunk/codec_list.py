"""How codecs of a trunk are given: by name, the one that is wanted most first."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.codecs import PREFERENCE
from engine.model.trunk.field import Kind

_BY_SPELLING: Final = {name.lower(): name for name in PREFERENCE}


@dataclass(frozen=True, slots=True)
class CodecList(Kind):
    """Codecs in their order; empty where the node's own list holds."""

    @property
    def allowed(self) -> str:
        return f"any of {', '.join(PREFERENCE)}"

    def read(self, given: object) -> tuple[str, ...]:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise ValueError(f"{given!r} is not a list of codecs.")
        if unknown := [each for each in given if str(each).lower() not in _BY_SPELLING]:
            raise ValueError(f"{unknown[0]!r} is none; give {self.allowed}.")
        names = tuple(_BY_SPELLING[str(each).lower()] for each in given)
        if len(set(names)) < len(names):
            raise ValueError("a codec is named twice.")
        return names

    def of_text(self, text: str) -> list[str]:
        return text.replace(",", " ").split()

    def written(self, value: Sequence[Any]) -> list[str]:
        return list(value)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "array", "maxItems": len(PREFERENCE), "items": {"type": "string", "enum": list(PREFERENCE)}}
