"""Kinds of values that attributes take, each read from an XML attribute or a JSON value.

A kind raises NotAllowed; what it allows, in words, is its `allowed`, for the error that the user sees.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from engine.errors import UnknownLanguage
from engine.languages import LANGUAGES, REGION_OF_BARE_LANGUAGE, canonical_language

T_co = TypeVar("T_co", covariant=True)

JsonSchema = dict[str, object]

_ANYTHING: Final = r"[\s\S]*"


class NotAllowed(Exception):
    """The value is none that the kind allows."""


class Kind(Protocol[T_co]):
    """How one attribute is read."""

    @property
    def allowed(self) -> str:
        """What may be written, to follow the word "write"."""
        ...

    def of_text(self, text: str) -> T_co:
        """From an XML attribute. Raises NotAllowed."""
        ...

    def of_json(self, value: object) -> T_co:
        """From a JSON value. Raises NotAllowed."""
        ...

    def schema(self) -> JsonSchema:
        """JSON Schema of the JSON value."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits."""

    least: int
    most: int

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

    def _within(self, number: int) -> int:
        if not self.least <= number <= self.most:
            raise NotAllowed
        return number


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


E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choice(Kind[E]):
    """One of an enum's values; upper and lower case are the same in XML."""

    options: type[E]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(self.options)

    def of_text(self, text: str) -> E:
        by_folded_value = {option.value.lower(): option for option in self.options}
        return by_folded_value[_known(text.strip().lower(), by_folded_value)]

    def of_json(self, value: object) -> E:
        return self.options(_known(value, [option.value for option in self.options]))

    def schema(self) -> JsonSchema:
        return {"enum": [option.value for option in self.options]}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text of a certain form; blanks around it do not count."""

    allowed: str
    regex: str
    most: int = 4096

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
        if self.regex == _ANYTHING:
            return {"type": "string"}
        return {"type": "string", "pattern": rf"^\s*(?:{self.regex})\s*$"}


@dataclass(frozen=True, slots=True)
class Language:
    """A language that we speak, in its canonical spelling."""

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(sorted(LANGUAGES))

    def of_text(self, text: str) -> str:
        try:
            return canonical_language(text)
        except UnknownLanguage:
            raise NotAllowed from None

    def of_json(self, value: object) -> str:
        if value not in self._tags():
            raise NotAllowed
        return self.of_text(str(value))

    def schema(self) -> JsonSchema:
        return {"enum": self._tags()}

    def _tags(self) -> list[object]:
        return [*sorted(LANGUAGES), *sorted(REGION_OF_BARE_LANGUAGE)]


class RecordMode:
    """The widespread words for recording a Dial or a conference, read as yes or no.

    Recording begins when consent is given, which is never before the answer, so "from ringing" is as good as
    "from answer"; a bridged call always has one channel a party.
    """

    YES: Final = (
        "record-from-answer",
        "record-from-answer-dual",
        "record-from-ringing",
        "record-from-ringing-dual",
        "record-from-start",
        "true",
    )
    NO: Final = ("do-not-record", "false")

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join((*self.NO, *self.YES))

    def of_text(self, text: str) -> bool:
        return _known(text.strip().lower(), (*self.YES, *self.NO)) in self.YES

    def of_json(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        return _known(value, (*self.YES, *self.NO)) in self.YES

    def schema(self) -> JsonSchema:
        return {"enum": [True, False, *self.YES, *self.NO]}


_BETWEEN_DIGITS: Final = r"[ ().\-/]*"

TEXT: Final = Pattern("text", _ANYTHING, most=64 * 1024)
NAME: Final = Pattern("a name of 1 to 128 characters", r"[^\x00-\x1f\x7f]{1,128}")
KEYS: Final = Pattern("keys out of 0-9 * # A-D, or nothing", r"[0-9A-D*#]{0,16}")
TONES: Final = Pattern("keys 0-9 * # A-D, with w for half a second and W for a second", r"[0-9A-D*#wW]{0,512}")
# A scheme other than http is a mistake; anything without one is relative to the document.
WEB_ADDRESS: Final = Pattern(
    "an http or https URL, or one relative to the document",
    r"[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20/?#]+[^\x00-\x1f\x7f]*|(?![A-Za-z][A-Za-z0-9+.\-]*:)[^\x00-\x1f\x7f]*",
)
# ITU-T E.164 §6.2: at most 15 digits, no leading zero.
PHONE_NUMBER: Final = Pattern(
    "a number in E.164: a plus sign, the country code and the number, as in +3225550199",
    rf"\+{_BETWEEN_DIGITS}[1-9](?:{_BETWEEN_DIGITS}[0-9]){{1,14}}{_BETWEEN_DIGITS}",
)
SIP_URI: Final = Pattern("a SIP URI, as in sip:desk@pbx.example.com", r"[Ss][Ii][Pp][Ss]?:[^\x00-\x20<>\"]{1,1024}")


def _known(value: object, words: Collection[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise NotAllowed
    return value
