"""Kinds of values that attributes take, each read from an XML attribute or a JSON value.

A kind raises NotAllowed; what it allows, in words, is its `allowed`, for the error that the user sees.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from engine.model.languages import LANGUAGES, REGION_OF_BARE_LANGUAGE, own_language, spoken_for

T_co = TypeVar("T_co", covariant=True)

JsonSchema = dict[str, object]
Mend = Callable[[str, str], str]
"""Makes what was meant of a text, in a country (engine.flow.spelled_otherwise). Raises NotAllowed."""

ANYTHING: Final = r"[\s\S]*"
THE_CALLS: Final = "the call's language"
_LONGEST_TAG: Final = 35  # as RFC 5646 §4.4.1 allows for


class NotAllowed(Exception):
    """The value is none that the kind allows."""


class AttributeType(Protocol[T_co]):
    """The type of an attribute: how it is read and described."""

    @property
    def allowed(self) -> str:
        """What may be written, to follow the word "write"."""
        ...

    def of_text(self, text: str) -> T_co:
        """Read the value from an XML attribute. Raises NotAllowed."""
        ...

    def of_json(self, value: object) -> T_co:
        """Read the value from JSON. Raises NotAllowed."""
        ...

    def schema(self) -> JsonSchema:
        """JSON Schema of the JSON value."""
        ...

    def json_of(self, value: Any) -> object:
        """The JSON value that is read as `value`; None for one that is better left out."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits.

    `least_is_endless`: the least stands for no end at all, which nobody means by a number below it.
    """

    least: int
    most: int
    least_is_endless: bool = False

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def of_text(self, text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text.strip()):
            raise NotAllowed
        return self._within(int(text))

    def of_json(self, value: object) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotAllowed
        return self._within(value)

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def json_of(self, value: int) -> int:
        return value

    def _within(self, number: int) -> int:
        if not self.least <= number <= self.most:
            raise NotAllowed
        return number


@dataclass(frozen=True, slots=True)
class OneNumber:
    """One of a few whole numbers."""

    options: tuple[int, ...]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(str(option) for option in self.options)

    def of_text(self, text: str) -> int:
        return int(_known(text.strip(), [str(option) for option in self.options]))

    def of_json(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value not in self.options:
            raise NotAllowed
        return int(value)

    def schema(self) -> JsonSchema:
        return {"enum": list(self.options)}

    def json_of(self, value: int) -> int:
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    allowed: str = "true or false"

    def of_text(self, text: str) -> bool:
        return _known(text.strip().lower(), ("true", "false")) == "true"

    def of_json(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise NotAllowed
        return value

    def schema(self) -> JsonSchema:
        return {"type": "boolean"}

    def json_of(self, value: bool) -> bool:
        return value


E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choice(AttributeType[E]):
    """One of an enum's values; upper and lower case are the same in XML.

    `yes` and `no` are what true and false stand for, where the field allows them.
    """

    options: type[E]
    yes: E | None = None
    no: E | None = None

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join([*self.options, *(("true", "false") if self.yes else ())])

    def of_text(self, text: str) -> E:
        by_folded_value = {option.value.lower(): option for option in self.options} | self._flags()
        return by_folded_value[_known(text.strip().lower(), by_folded_value)]

    def of_json(self, value: object) -> E:
        if isinstance(value, bool) and self.yes and self.no:
            return self.yes if value else self.no
        by_value = {option.value: option for option in self.options} | self._flags()
        return by_value[_known(value, by_value)]

    def schema(self) -> JsonSchema:
        flags: list[object] = [True, False, "true", "false"] if self.yes else []
        return {"enum": [option.value for option in self.options] + flags}

    def json_of(self, value: E) -> str:
        return value.value

    def _flags(self) -> dict[str, E]:
        return {"true": self.yes, "false": self.no} if self.yes and self.no else {}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text of a certain form; blanks around it do not count.

    In a lenient reading, `mended` makes what was meant of a text that is not allowed, and `respelled` of one that is.
    """

    allowed: str
    regex: str
    most: int = 4096
    mended: Mend | None = None
    respelled: Mend | None = None

    def of_text(self, text: str) -> str:
        text = text.strip()
        if len(text) > self.most or not re.fullmatch(self.regex, text):
            raise NotAllowed
        return text

    def of_json(self, value: object) -> str:
        if not isinstance(value, str):
            raise NotAllowed
        return self.of_text(value)

    def schema(self) -> JsonSchema:
        if self.regex == ANYTHING:
            return {"type": "string"}
        return {"type": "string", "pattern": rf"^\s*(?:{self.regex})\s*$"}

    def json_of(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Language:
    """A language that we speak, in its canonical spelling; in XML also another that `ExecutionContext` knows."""

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(sorted(LANGUAGES))

    def of_text(self, text: str) -> str:
        """A region that we have no voice for is spoken as the language's own: fr-CA as fr-FR.

        Another language is kept as it is written: whoever moves here with a flow has calls to lose by a refusal.
        """
        return own_language(text) or text.strip()[:_LONGEST_TAG]

    def of_json(self, value: object) -> str:
        if value not in self._tags():
            raise NotAllowed
        return self.of_text(str(value))

    def schema(self) -> JsonSchema:
        return {"enum": self._tags()}

    def json_of(self, value: str) -> str | None:
        """None, which leaves the call's language, where no language of ours is near it."""
        return spoken_for(value, "").language or None

    def remark(self, value: str) -> str:
        """What is spoken in place of a language that is none of ours; nothing for one that is."""
        return spoken_for(value, THE_CALLS).remark

    def _tags(self) -> list[object]:
        return [*sorted(LANGUAGES), *sorted(REGION_OF_BARE_LANGUAGE)]


W = TypeVar("W", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Words(AttributeType[tuple[W, ...]]):
    """Some of an enum's values, blanks between them; in JSON also a list."""

    options: type[W]

    @property
    def allowed(self) -> str:
        return "one or more, with blanks between, of " + ", ".join(self.options)

    def of_text(self, text: str) -> tuple[W, ...]:
        one = Choice(self.options)
        found = tuple(dict.fromkeys(one.of_text(word) for word in re.split(r"[ ,]+", text.strip()) if word))
        if not found:
            raise NotAllowed
        return found

    def of_json(self, value: object) -> tuple[W, ...]:
        if isinstance(value, str):
            return self.of_text(value)
        if not isinstance(value, list) or not value:
            raise NotAllowed
        one = Choice(self.options)
        return tuple(dict.fromkeys(one.of_json(each) for each in value))

    def schema(self) -> JsonSchema:
        word = {"enum": [option.value for option in self.options]}
        return {"anyOf": [{"type": "array", "items": word, "minItems": 1}, {"type": "string"}]}

    def json_of(self, value: tuple[W, ...]) -> list[str]:
        return [word.value for word in value]


@dataclass(frozen=True, slots=True)
class WholeOr:
    """A whole number within limits, or one word; the word is read as None."""

    least: int
    most: int
    word: str

    @property
    def allowed(self) -> str:
        return f"{self.word}, or a whole number from {self.least} to {self.most}"

    def of_text(self, text: str) -> int | None:
        return None if text.strip().lower() == self.word else Whole(self.least, self.most).of_text(text)

    def of_json(self, value: object) -> int | None:
        return None if value == self.word else Whole(self.least, self.most).of_json(value)

    def schema(self) -> JsonSchema:
        return {"anyOf": [Whole(self.least, self.most).schema(), {"const": self.word}]}

    def json_of(self, value: int | None) -> int | str:
        return self.word if value is None else value


def _known(value: object, words: Collection[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise NotAllowed
    return value
