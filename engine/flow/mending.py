"""What a value that is not allowed was meant to be: out of bounds, in other words, a number without its country.

Only a lenient reading asks. The nearest value within bounds is taken, as the field's own clouds do; what can't be
understood is left out, and the default holds.
"""

import math
import re
from functools import singledispatch
from typing import Any, Final

from engine.flow.attribute_types import (
    AttributeType,
    Choice,
    Flag,
    NotAllowed,
    OneNumber,
    Pattern,
    Whole,
    WholeOr,
    Words,
)
from engine.flow.patterns import CALLER, KEYS, PHONE_NUMBER, TONES, WEB_ADDRESS
from engine.model.number_plans import dialled_from

_FIGURE: Final = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)")
_MOST_FIGURES: Final = 15
_TRUE: Final = frozenset({"1", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"0", "no", "off", "f", "n", ""})
_NO_LETTER: Final = re.compile(r"[^a-z0-9]")
_NO_KEY: Final = re.compile(r"[^0-9A-D*#]")
_NO_TONE: Final = re.compile(r"[^0-9A-D*#wW]")
_SCHEME: Final = re.compile(r"(https?):[/\\]*", re.IGNORECASE)


def meant(kind: AttributeType[Any], text: str, country: str) -> Any:
    """The value that was meant by a text that the kind does not allow. Raises NotAllowed where that is not clear."""
    if isinstance(kind, Pattern):
        return kind.of_text(_text_meant(kind, text, country))
    return _value_meant(kind, text)


def respelled(kind: AttributeType[Any], value: Any, country: str) -> Any:
    """A value that is allowed as it is, but was meant as a number of the country: who calls, in national form."""
    if kind is not CALLER or not isinstance(value, str) or value.startswith("+"):
        return value
    return dialled_from(value, country) or value


def _text_meant(kind: Pattern, text: str, country: str) -> str:
    if kind is PHONE_NUMBER:
        return dialled_from(text, country) or text
    if kind is KEYS:
        return _NO_KEY.sub("", text.upper())[:16]
    if kind is TONES:
        return _NO_TONE.sub("", text.replace(",", "w"))[:512]
    if kind is WEB_ADDRESS:
        return _SCHEME.sub(r"\1://", text.strip().replace("\\", "/"), count=1).replace(" ", "%20")
    raise NotAllowed


@singledispatch
def _value_meant(kind: object, text: str) -> Any:
    """The value of a kind that is no pattern. Raises NotAllowed."""
    raise NotAllowed


@_value_meant.register
def _(kind: Whole, text: str) -> int:
    return min(max(_figure(text), kind.least), kind.most)


@_value_meant.register
def _(kind: WholeOr, text: str) -> int | None:
    return min(max(_figure(text), kind.least), kind.most)


@_value_meant.register
def _(kind: OneNumber, text: str) -> int:
    figure = _figure(text)
    return min(kind.options, key=lambda option: abs(option - figure))


@_value_meant.register
def _(kind: Flag, text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise NotAllowed
    return word in _TRUE


@_value_meant.register(Choice)
def _(kind: Choice[Any], text: str) -> Any:
    by_letters = {_letters(option.value): option for option in kind.options}
    if kind.yes is not None:
        by_letters |= dict.fromkeys(_TRUE, kind.yes) | dict.fromkeys(_FALSE, kind.no)
    try:
        return by_letters[_letters(text)]
    except KeyError:
        raise NotAllowed from None


@_value_meant.register(Words)
def _(kind: Words[Any], text: str) -> Any:
    """The known ones of several words."""
    by_letters = {_letters(option.value): option for option in kind.options}
    known = (by_letters.get(_letters(word)) for word in re.split(r"[ ,;|]+", text))
    found = tuple(dict.fromkeys(word for word in known if word is not None))
    if not found:
        raise NotAllowed
    return found


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())


def _figure(text: str) -> int:
    """The whole number with which a text begins, as "5.5 s" begins with 5."""
    found = _FIGURE.match(text)
    if found is None or len(found[1]) > _MOST_FIGURES:
        raise NotAllowed
    return math.floor(float(found[1]))
