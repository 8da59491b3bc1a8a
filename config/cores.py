"""The settings of which of the machine's cores a node runs on, and the processes that speak and recognise for it."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator

from config.load import AUTO

ANY: Final = "any"


def numbers_of(cores: "Cores") -> frozenset[int]:
    """The cores that are named; none where the setting names none."""
    return frozenset() if isinstance(cores, str) else cores


def _numbers(value: object) -> object:
    """The numbers in such as "0-3, 8"; what is no such text as it is."""
    if not isinstance(value, str) or value in (AUTO, ANY):
        return value
    numbers = frozenset(number for words in value.replace(",", " ").split() for number in _span(words))
    if not numbers:
        raise ValueError(_ALLOWED)
    return numbers


def _span(words: str) -> range:
    first, dash, last = words.partition("-")
    if not dash:
        last = first
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise ValueError(_ALLOWED)
    return range(int(first), int(last) + 1)


_ALLOWED: Final = 'write auto, any, or numbers of cores, such as "0-3, 8"'
Cores = Annotated[Literal["auto", "any"] | frozenset[int], BeforeValidator(_numbers)]


class CoreSettings(BaseModel):
    """Where a node's own threads run, and where the processes that it starts."""

    cores: Cores = "auto"
    speech_cores: Cores = "auto"
