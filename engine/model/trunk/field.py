"""How a field of a trunk is declared: its kind says what may be given, how it is written, and what is wrong."""
# ruff: noqa: TRY004 - what is wrong with a value is a ValueError, of whatever kind the value is

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from engine.model.trunk.hosts import HOST_PATTERN, MOST_HOSTS, MOST_ORDER, MOST_PORT, SPELLING, host_json, read_host

FACTS: Final = "trunk field"
_YES: Final = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Kind(Protocol):
    """What a field may hold. `read` takes what JSON or TOML has, and raises ValueError with what is allowed."""

    @property
    def allowed(self) -> str: ...

    def read(self, given: object) -> Any: ...

    def of_text(self, text: str) -> object:
        """What a word on the command line means, to be read: itself, unless a kind says otherwise."""
        return text

    def written(self, value: Any) -> Any:
        """The value as JSON has it: itself, unless a kind says otherwise."""
        return value

    def schema(self) -> Mapping[str, Any]:
        """The value's JSON schema, as the REST interface publishes it."""
        ...


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A text that fits a pattern whole; `expected` ends the sentence that begins with what was given."""

    pattern: str
    expected: str
    longest: int = 255

    @property
    def allowed(self) -> str:
        return f"text, at most {self.longest} characters"

    def read(self, given: object) -> str:
        if not isinstance(given, str):
            raise ValueError(f"{given!r} is no text.")
        if len(given) > self.longest:
            raise ValueError(f"is longer than {self.longest} characters.")
        if not re.fullmatch(self.pattern, given):
            raise ValueError(f"{given!r} {self.expected}")
        return given

    def schema(self) -> Mapping[str, Any]:
        pattern = f"^(?:{self.pattern})$"
        return {"type": "string", "maxLength": self.longest, "pattern": pattern, "x-expected": self.expected}


@dataclass(frozen=True, slots=True)
class Secret(Kind):
    """A text that is never shown again, in no error either."""

    longest: int = 255

    @property
    def allowed(self) -> str:
        return f"text, at most {self.longest} characters"

    def read(self, given: object) -> str:
        if not isinstance(given, str):
            raise ValueError("what is given is no text.")
        if len(given) > self.longest:
            raise ValueError(f"is longer than {self.longest} characters.")
        if not given.isprintable():
            raise ValueError("has characters that can't be printed.")
        return given

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.longest, "writeOnly": True}


@dataclass(frozen=True, slots=True)
class Seconds(Kind):
    """Seconds within limits, with a fraction or without."""

    least: int
    most: int

    @property
    def allowed(self) -> str:
        return f"{self.least} to {self.most}"

    def read(self, given: object) -> float:
        if not isinstance(given, int | float) or isinstance(given, bool):
            raise ValueError(f"{given!r} is no number; give {self.allowed}.")
        if not self.least <= given <= self.most:
            raise ValueError(f"{given} is not allowed; give {self.allowed}.")
        return float(given)

    def of_text(self, text: str) -> object:
        return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class WholeNumber(Kind):
    """A whole number within limits."""

    least: int
    most: int

    @property
    def allowed(self) -> str:
        return f"{self.least} to {self.most}"

    def read(self, given: object) -> int:
        if not isinstance(given, int) or isinstance(given, bool):
            raise ValueError(f"{given!r} is not a whole number; give {self.allowed}.")
        if not self.least <= given <= self.most:
            raise ValueError(f"{given} is not allowed; give {self.allowed}.")
        return given

    def of_text(self, text: str) -> object:
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class NumberAmong(Kind):
    """A whole number of a few."""

    numbers: tuple[int, ...]

    @property
    def allowed(self) -> str:
        return ", ".join(str(each) for each in self.numbers)

    def read(self, given: object) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or given not in self.numbers:
            raise ValueError(f"{given!r} is not one of {self.allowed}.")
        return given

    def of_text(self, text: str) -> object:
        return int(text) if re.fullmatch(r"\d{1,9}", text) else text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "enum": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class YesOrNo(Kind):
    """True or false."""

    @property
    def allowed(self) -> str:
        return "true or false"

    def read(self, given: object) -> bool:
        if not isinstance(given, bool):
            raise ValueError(f"{given!r} is not true or false.")
        return given

    def of_text(self, text: str) -> object:
        return _YES.get(text.lower(), text)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """A word of a closed set."""

    words: type[StrEnum]

    @property
    def allowed(self) -> str:
        return ", ".join(self.words)

    def read(self, given: object) -> StrEnum:
        if given not in list(self.words):
            raise ValueError(f"{given!r} is not one of {self.allowed}.")
        return self.words(str(given))

    def written(self, value: StrEnum) -> str:
        return value.value

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": [word.value for word in self.words]}


@dataclass(frozen=True, slots=True)
class Hosts(Kind):
    """One host or several, each as text or field by field."""

    @property
    def allowed(self) -> str:
        return f"1 to {MOST_HOSTS} of {SPELLING}"

    def read(self, given: object) -> tuple[Any, ...]:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise ValueError(f"{given!r} is not a list of hosts.")
        if not 1 <= len(given) <= MOST_HOSTS:
            raise ValueError(f"there are {len(given)} hosts; give 1 to {MOST_HOSTS}.")
        return tuple(read_host(each) for each in given)

    def of_text(self, text: str) -> list[str]:
        return text.replace(",", " ").split()

    def written(self, value: Sequence[Any]) -> list[dict[str, Any]]:
        return [host_json(host) for host in value]

    def schema(self) -> Mapping[str, Any]:
        order = {"type": "integer", "minimum": 0, "maximum": MOST_ORDER}
        by_field = {
            "type": "object",
            "additionalProperties": False,
            "required": ["host"],
            "properties": {
                "host": {
                    "type": "string",
                    "maxLength": 253,
                    "pattern": f"^(?:{HOST_PATTERN})$",
                    "x-expected": "is no host; write a name or an address.",
                },
                "port": {"type": "integer", "minimum": 1, "maximum": MOST_PORT},
                "priority": order,
                "weight": order,
            },
        }
        text = {"type": "string", "maxLength": 300, "description": f"{SPELLING}"}
        return {"type": "array", "minItems": 1, "maxItems": MOST_HOSTS, "items": {"anyOf": [text, by_field]}}


@dataclass(frozen=True, slots=True)
class TrunkField:
    """The facts of a field: its kind, and a sentence that says what it is."""

    kind: Kind
    help: str

    @property
    def secret(self) -> bool:
        return isinstance(self.kind, Secret)


def declared(kind: Kind, help: str, *, default: Any = MISSING) -> Any:  # noqa: A002
    """A field of `Trunk`. One without a default must be given."""
    return field(default=default, metadata={FACTS: TrunkField(kind, help)}, repr=not isinstance(kind, Secret))
