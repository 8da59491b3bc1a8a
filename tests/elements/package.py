"""What the package twilio can write: its elements, their attributes, and what may stand in what."""

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from xml.etree.ElementTree import Element, fromstring

from twilio.twiml import TwiML, voice_response

_VALUE: Final = "1"
_MAKES: Final = re.compile(r"self\.nest\(\s*(\w+)\(")
_NOT_WRITTEN: Final = frozenset({"self", "kwargs"})


@dataclass(frozen=True, slots=True)
class PackagedElement:
    """An element as the package writes it; `inside` has the classes that it lets stand in it."""

    name: str
    attributes: frozenset[str]
    inside: frozenset[str]


@cache
def packaged() -> Mapping[str, PackagedElement]:
    """Each by the name of its class, which tells the Sip of Refer from that of Dial."""
    arguments, inside = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for parent, method, made in _making():
        inside[parent].add(made)
        arguments[made] |= set(inspect.signature(method).parameters) - _NOT_WRITTEN
    found = {}
    for name, cls in _classes().items():
        written = _written(cls, arguments[name])
        found[name] = PackagedElement(written.tag, frozenset(map(_as_in_xml, written.attrib)), frozenset(inside[name]))
    return found


def _classes() -> dict[str, type[TwiML]]:
    return {
        name: cls
        for name, cls in inspect.getmembers(voice_response, inspect.isclass)
        if issubclass(cls, TwiML) and cls.__module__ == voice_response.__name__
    }


def _making() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Each method that makes an element, with the class that has it and the class that it makes."""
    for parent, cls in _classes().items():
        for name, method in inspect.getmembers(cls, inspect.isfunction):
            made = _MAKES.search(inspect.getsource(method))
            if made and made[1] in _classes() and not name.startswith("_"):
                yield parent, method, made[1]


def _written(cls: type[TwiML], arguments: set[str]) -> Element:
    """The element with each argument in it, as attribute or between its tags."""
    parameters = inspect.signature(cls.__init__).parameters
    needed = {name for name, each in parameters.items() if each.default is each.empty}
    return fromstring(cls(**dict.fromkeys(arguments | needed - _NOT_WRITTEN, _VALUE)).to_xml())


def _as_in_xml(attribute: str) -> str:
    return attribute.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
