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

_FIGURE: Final = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)")
_MOST_FIGURES: Final = 15
_TRUE: Final = frozenset({"1", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"0", "no", "off", "f", "n", ""})
_NO_LETTER: Final = re.compile(r"[^a-z0-9]")


def meant(kind: AttributeType[Any], text: str, country: str) -> Any:
    """The value that was meant by a text that the kind does not allow. Raises NotAllowed where that is not clear."""
    if not isinstance(kind, Pattern):
        return _value_meant(kind, text)
    if kind.mended is None:
        raise NotAllowed
    return kind.of_text(kind.mended(text, country))


def respelled(kind: AttributeType[Any], value: Any, country: str) -> Any:
    """A value that is allowed as it is, but was meant otherwise: who calls, in national form."""
    if not isinstance(kind, Pattern) or kind.respelled is None:
        return value
    return kind.respelled(value, country)


@singledispatch
def _value_meant(kind: object, text: str) -> Any:
    """The value of a kind that is no pattern. Raises NotAllowed."""
    raise NotAllowed


@_value_meant.register
def _(kind: Whole, text: str) -> int:
    figure = _figure(text)
    if kind.least_is_endless and figure < kind.least:
        raise NotAllowed
    return min(max(figure, kind.least), kind.most)


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
