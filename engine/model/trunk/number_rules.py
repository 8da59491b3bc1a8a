"""How a trunk's rules for numbers are given: as text, national;country_code=32;trunk_prefix=0, or field by field."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from engine.model.trunk.field import Kind, OneOf, Text, YesOrNo
from engine.model.trunk.number_formats import NumberForm, NumberFormat
from engine.model.trunk.number_uris import NumberScheme, NumberUris

Parts = Mapping[str, Kind]

_FORMAT: Final[Parts] = {
    "form": OneOf(NumberForm),
    "country_code": Text(r"([1-9][0-9]{0,2})?", "is no country code, such as 32.", 3),
    "trunk_prefix": Text("[0-9]*", "has other characters than digits.", 8),
    "international_prefix": Text("[0-9]+", "is no digits, such as 00.", 8),
    "prefix": Text("[0-9*#+]*", "has other characters than digits, *, # and +.", 16),
}
_URI: Final[Parts] = {"scheme": OneOf(NumberScheme), "user_phone": YesOrNo()}
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class NumberFormats(Kind):
    """How numbers are written."""

    @property
    def allowed(self) -> str:
        return _allowed(_FORMAT)

    def read(self, given: object) -> NumberFormat:
        return NumberFormat(**_read(given, _FORMAT))

    def written(self, value: NumberFormat) -> dict[str, Any]:
        return _written(asdict(value), asdict(NumberFormat()), _FORMAT)

    def schema(self) -> Mapping[str, Any]:
        return _schema(_FORMAT)


@dataclass(frozen=True, slots=True)
class NumberAddresses(Kind):
    """How numbers are written, and the URIs that they are in."""

    @property
    def allowed(self) -> str:
        return _allowed({**_FORMAT, **_URI})

    def read(self, given: object) -> NumberUris:
        parts = _read(given, {**_FORMAT, **_URI})
        of_uri = {name: parts.pop(name) for name in _URI if name in parts}
        return NumberUris(NumberFormat(**parts), **of_uri)

    def written(self, value: NumberUris) -> dict[str, Any]:
        return _written(_flat(value), _flat(NumberUris()), {**_FORMAT, **_URI})

    def schema(self) -> Mapping[str, Any]:
        return _schema({**_FORMAT, **_URI})


def in_words(written: Mapping[str, Any]) -> str:
    """A rule as text, of what JSON has."""
    others = (f"{name}={value}".lower() for name, value in written.items() if name != "form")
    return ";".join((str(written["form"]), *others))


def _flat(value: NumberUris) -> dict[str, Any]:
    return {**asdict(value.format), "scheme": value.scheme, "user_phone": value.user_phone}


def _allowed(parts: Parts) -> str:
    forms = "|".join(NumberForm)
    return f"{forms}{''.join(f'[;{name}={_example(name)}]' for name in parts if name != 'form')}"


def _example(name: str) -> str:
    return {"scheme": "|".join(NumberScheme), "user_phone": "true|false"}.get(name, "N")


def _read(given: object, parts: Parts) -> dict[str, Any]:
    if isinstance(given, str):
        given = _of_text(given, parts)
    if not isinstance(given, Mapping):
        raise ValueError(f"{given!r} is no rule for numbers; write {_allowed(parts)}, or a table.")
    if unknown := [name for name in given if name not in parts]:
        raise ValueError(f"there is no {unknown[0]}; there are {', '.join(parts)}.")
    return {name: _part(name, value, parts) for name, value in given.items()}


def _of_text(text: str, parts: Parts) -> dict[str, object]:
    named = (each.partition("=") if "=" in each else ("form", "=", each) for each in text.strip().split(";"))
    return {name: parts[name].of_text(value) if name in parts else value for name, _, value in named}


def _part(name: str, given: object, parts: Parts) -> Any:
    try:
        return parts[name].read(given)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _written(value: Mapping[str, Any], usual: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """The form, and what is not as it is of itself."""
    return {
        name: kind.written(value[name]) for name, kind in parts.items() if name == "form" or value[name] != usual[name]
    }


def _schema(parts: Parts) -> Mapping[str, Any]:
    by_field = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: kind.schema() for name, kind in parts.items()},
    }
    return {"anyOf": [{"type": "string", "maxLength": _LONGEST, "description": _allowed(parts)}, by_field]}
