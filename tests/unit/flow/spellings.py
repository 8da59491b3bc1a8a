"""Makes call flows by chance and spells each in XML and in JSON, from the verbs' own declarations."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from engine.flow.attribute_types import AttributeType, Choice, Flag, Language, OneNumber, Pattern, Whole, WholeOr, Words
from engine.flow.markup import is_ssml
from engine.flow.patterns import HEADER_NAME, PROGRAM_ADDRESS, SIP_URI
from engine.flow.shape import are_verbs, element_of, shape_of
from engine.flow.verbs import VERBS
from engine.flow.verbs.connect import Connect
from engine.model.languages import LANGUAGES

WRITABLE = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)


@dataclass(frozen=True)
class Piece:
    """A verb or noun with JSON values, not yet spelled; `inside` by the field that holds it."""

    cls: type
    attributes: dict[str, Any]
    text: str = ""
    inside: "tuple[tuple[str, tuple[Piece, ...]], ...]" = ()

    def xml(self) -> str:
        """XML 1.0 §2.11 and §3.3.3 would change line ends, so they are written as references."""
        attributes = "".join(f" {name}={quoteattr(_text(value), ATTRIBUTE)}" for name, value in self.attributes.items())
        inside = escape(self.text, {"\r": "&#13;"})
        for name, pieces_inside in self.inside:
            wrapper = shape_of(self.cls).nested[name].wrapper
            spelled = "".join(piece.xml() for piece in pieces_inside)
            inside += f"<{wrapper}>{spelled}</{wrapper}>" if wrapper else spelled
        name = element_of(self.cls)
        return f"<{name}{attributes}>{inside}</{name}>"

    def json(self, *, tagged: bool = True) -> dict[str, Any]:
        shape = shape_of(self.cls)
        spelled: dict[str, Any] = {"verb": shape.json_name, **self.attributes} if tagged else dict(self.attributes)
        if shape.content is not None and self.text:
            spelled[shape.content[0]] = self.text
        for name, pieces_inside in self.inside:
            tagged_inside = are_verbs(shape.nested[name])
            spelled[name] = [piece.json(tagged=tagged_inside) for piece in pieces_inside]
        return spelled


ATTRIBUTE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def values(kind: AttributeType[Any]) -> st.SearchStrategy[Any]:
    """JSON values that the kind allows."""
    if isinstance(kind, Whole):
        return st.integers(kind.least, kind.most)
    if isinstance(kind, WholeOr):
        return st.just(kind.word) | st.integers(kind.least, kind.most)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, OneNumber):
        return st.sampled_from(kind.options)
    if isinstance(kind, Choice):
        return st.sampled_from([option.value for option in kind.options])
    if isinstance(kind, Words):
        return st.lists(st.sampled_from([option.value for option in kind.options]), min_size=1, unique=True)
    if isinstance(kind, Language):
        return st.sampled_from(sorted(LANGUAGES))
    if kind is HEADER_NAME:
        return st.from_regex("X-[A-Za-z]{1,9}", fullmatch=True)
    assert isinstance(kind, Pattern)
    fitting = st.from_regex(kind.regex, fullmatch=True, alphabet=WRITABLE).filter(lambda text: len(text) <= 128)
    if kind is SIP_URI:
        return fitting.map(lambda text: text.replace("?", "-"))
    return fitting.filter(lambda text: not is_ssml(text))


@st.composite
def pieces(draw: st.DrawFn, cls: type) -> Piece:
    """Any verb or noun of the class that is right."""
    shape = shape_of(cls)
    attributes = {
        name: draw(values(attribute.kind), label=name)
        for name, attribute in shape.attributes.items()
        if name in MUST_BE_THERE
        or attribute.kind is PROGRAM_ADDRESS
        or (name not in NEVER_BESIDE_CONTENT and draw(st.booleans(), label=f"with {name}"))
    }
    for name in ("name", "value"):
        if name in attributes:
            attributes[name] = attributes[name].replace("\r", "").replace("\n", "")
    text = ""
    if shape.content is not None:
        text = draw(values(shape.content[1].kind).filter(lambda found: bool(found.strip())), label="content")
    if "audioFormat" in shape.attributes and attributes.get("sampleRate", 8000) != 8000:
        attributes["audioFormat"] = "l16"  # what alone has other rates
    inside = []
    left_out = set(NEVER_BESIDE_CONTENT)
    if cls is Connect:
        left_out.add(draw(st.sampled_from(("stream", "relay")), label="not connected"))
    for name, nested in shape.nested.items():
        if name in left_out:
            continue
        # What Dial, Refer, Start and Connect hold stands alone in the cases that are always right.
        least, most = (1, 1) if name in ONE_OF else (nested.least, 3)
        of = nested.classes
        found = draw(st.lists(st.sampled_from(of).flatmap(pieces), min_size=least, max_size=most), label=name)
        if name == "stream":
            found[0].attributes.pop("track", None)
        if found:
            inside.append((name, tuple(found)))
    return Piece(cls, attributes, text, tuple(inside))


MUST_BE_THERE = {"code", "name"}
NEVER_BESIDE_CONTENT = {"identity", "ids", "applicationSid"}
ONE_OF = {"to", "recording", "stream", "relay"}


def flows() -> st.SearchStrategy[list[Piece]]:
    """Any call flow that is right."""
    return st.lists(st.sampled_from(list(VERBS.values())).flatmap(pieces), max_size=4)


def as_xml(flow: list[Piece]) -> str:
    return "<Response>" + "".join(piece.xml() for piece in flow) + "</Response>"


def as_json(flow: list[Piece]) -> list[dict[str, Any]]:
    return [piece.json() for piece in flow]
