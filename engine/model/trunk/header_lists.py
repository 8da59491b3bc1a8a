"""How headers of a trunk are given: as lines, X-Customer: 7, and by name or X-*."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.model.sip_headers import (
    MOST_CHARACTERS,
    MOST_HEADERS,
    NAME,
    OF_THE_TRUNK,
    VALUE,
    Header,
    require_within_limits,
    written_by_us,
)
from engine.model.trunk.field import Kind

_LINE: Final = re.compile(rf"({NAME})\s*:[ \t]*({VALUE})")
_WANTED: Final = r"(?:[A-Za-z0-9\-.!%_+`'~]{1,64}|[Xx]-[A-Za-z0-9\-.!%_+`'~]{0,61}\*)"


@dataclass(frozen=True, slots=True)
class HeaderLines(Kind):
    """Headers with their values, each as a line of a message has it."""

    @property
    def allowed(self) -> str:
        return f"up to {MOST_HEADERS} lines such as X-Customer: 7, {MOST_CHARACTERS} characters together"

    def read(self, given: object) -> tuple[Header, ...]:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise ValueError(f"{given!r} is not a list of headers.")
        headers = tuple(_header(each) for each in given)
        require_within_limits(headers)
        return headers

    def of_text(self, text: str) -> list[str]:
        return [each.strip() for each in text.split("|") if each.strip()]

    def written(self, value: Sequence[Any]) -> list[str]:
        return [f"{name}: {text}" for name, text in value]

    def schema(self) -> Mapping[str, Any]:
        line = {"type": "string", "maxLength": MOST_CHARACTERS + 2, "pattern": f"^{_LINE.pattern}$",
                "x-expected": "is no header on one line, such as X-Customer: 7."}  # fmt: skip
        return {"type": "array", "maxItems": MOST_HEADERS, "items": line}


@dataclass(frozen=True, slots=True)
class HeaderNames(Kind):
    """Names of headers; X-* stands for all that begin so."""

    @property
    def allowed(self) -> str:
        return f"up to {MOST_HEADERS} names; X-* is all that begin with X-"

    def read(self, given: object) -> tuple[str, ...]:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise ValueError(f"{given!r} is not a list of names.")
        if len(given) > MOST_HEADERS:
            raise ValueError(f"there are {len(given)} names; give at most {MOST_HEADERS}.")
        for each in given:
            if not isinstance(each, str) or not re.fullmatch(_WANTED, each):
                raise ValueError(f"{each!r} is no header's name, nor all that begin alike, such as X-*.")
            if written_by_us(each):
                raise ValueError(f"{each} is the stack's own, and no flow is told it.")
        return tuple(given)

    def of_text(self, text: str) -> list[str]:
        return text.replace(",", " ").split()

    def written(self, value: Sequence[Any]) -> list[str]:
        return list(value)

    def schema(self) -> Mapping[str, Any]:
        name = {"type": "string", "maxLength": 64, "pattern": f"^{_WANTED}$",
                "x-expected": "is no header's name, nor all that begin alike, such as X-*."}  # fmt: skip
        return {"type": "array", "maxItems": MOST_HEADERS, "items": name}


def _header(given: object) -> Header:
    found = _LINE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"{given!r} is no header on one line, such as X-Customer: 7.")
    name, value = found[1], found[2].strip()
    if written_by_us(name):
        raise ValueError(f"{name} is written by the stack alone; take another, such as X-{name}.")
    if name.lower() in OF_THE_TRUNK:
        raise ValueError(f"{name} has a field of its own: identity_header, hides_caller or diversion.")
    return name, value
