"""Every class and every argument of the package twilio has its row in docs/call-flow.md: works, or is refused."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from twilio.twiml import TwiML, voice_response

from engine.flow.markup import MARKUP
from engine.flow.reference import classes
from engine.flow.shape import Shape, camel_case, shape_of
from engine.flow.unsupported import REFUSED

pytestmark = pytest.mark.promise

TEXT = (Path(__file__).parents[3] / "docs" / "call-flow.md").read_text(encoding="utf-8")
MADE = [
    cls
    for _, cls in inspect.getmembers(voice_response, inspect.isclass)
    if issubclass(cls, TwiML) and cls.__module__ == voice_response.__name__
]
SHAPES = {cls.__name__: shape_of(cls) for cls in classes()}
# What stands between the tags has an argument of its own there.
CONTENT = {
    "body", "client_identity", "identity", "message", "name", "number", "phone_number", "sid", "sim_sid", "sip_url",
    "application_sid", "url", "words",
}  # fmt: skip
WRAPPERS = {"Headers": "Sip"}
HERE = {"VoiceResponse": "Response"}


def element_made_by(cls: type[TwiML]) -> str:
    """The name that the package writes for a class."""
    needed = [name for name, each in inspect.signature(cls.__init__).parameters.items() if each.default is each.empty]
    values = ["1" for name in needed if name not in {"self", "attributes", "kwargs"}]
    return fromstring(cls(*values).to_xml().encode()).tag


def arguments() -> Iterator[tuple[str, str]]:
    """Every argument that a method of the package gives to the class that it makes."""
    for parent in MADE:
        for name, method in inspect.getmembers(parent, inspect.isfunction):
            made = re.search(r"self\.nest\(\s*(\w+)\(", inspect.getsource(method))
            if made and hasattr(voice_response, made.group(1)) and not name.startswith("_"):
                for argument in inspect.signature(method).parameters:
                    if argument not in {"self", "kwargs"}:
                        yield made.group(1), argument


def shape_made_by(name: str) -> Shape | None:
    cls = getattr(voice_response, name)
    own = "ReferSip" if name == "ReferSip" else element_made_by(cls)
    return SHAPES.get(own)


def test_the_package_has_what_this_test_looks_for() -> None:
    assert len(MADE) > 50
    assert len(set(arguments())) > 250


@pytest.mark.parametrize("cls", MADE, ids=lambda cls: cls.__name__)
def test_every_class_has_its_row(cls: type[TwiML]) -> None:
    element = element_made_by(cls)
    if cls.__name__.startswith("Ssml"):
        assert element in MARKUP
        assert f"| `<{element}>` |" in TEXT
    elif element in HERE.values() or element in WRAPPERS:
        assert f"<{element}>" in TEXT
    else:
        assert element in SHAPES or element in REFUSED or cls.__name__ in SHAPES


@pytest.mark.parametrize(("name", "argument"), sorted(set(arguments())))
def test_every_argument_has_its_row(name: str, argument: str) -> None:
    element = element_made_by(getattr(voice_response, name))
    written = camel_case(argument.rstrip("_"))
    if name.startswith("Ssml"):
        spelled = {"xml_lang": "xml:lang", "interpret_as": "interpret-as"}.get(argument, written)
        assert argument in CONTENT or spelled in MARKUP[element]
        return
    shape = shape_made_by(name)
    if shape is None:
        assert element in REFUSED
        assert written in REFUSED[element].attributes
        return
    known = {*shape.attributes, *shape.ignored, *shape.later}
    assert written in known or (argument in CONTENT and (shape.content or shape.nested))
