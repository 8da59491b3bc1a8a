"""Makes call flows by chance and spells each in XML and in JSON, from the verbs' own declarations."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from engine.flow.kinds import Choice, Flag, Kind, Language, Pattern, RecordMode, Whole
from engine.flow.shape import shape_of
from engine.flow.verbs import VERBS
from engine.languages import LANGUAGES

WRITABLE = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)


@dataclass(frozen=True)
class Piece:
    """A verb or noun with JSON values, not yet spelled."""

    cls: type
    attributes: dict[str, Any]
    text: str = ""
    inside: "tuple[Piece, ...]" = ()

    def xml(self) -> str:
        """RFC: XML 1.0 §2.11 and §3.3.3 would change line ends, so they are written as references."""
        attributes = "".join(f" {name}={quoteattr(_text(value))}" for name, value in self.attributes.items())
        inside = escape(self.text, {"\r": "&#13;"}) + "".join(piece.xml() for piece in self.inside)
        return f"<{self.cls.__name__}{attributes}>{inside}</{self.cls.__name__}>"

    def json(self, *, tagged: bool = True) -> dict[str, Any]:
        shape = shape_of(self.cls)
        spelled: dict[str, Any] = {"verb": shape.json_name, **self.attributes} if tagged else dict(self.attributes)
        if shape.content is not None:
            spelled[shape.content[0]] = self.text
        if shape.nested is not None:
            untagged = shape.nested[1].shorthand is not None
            spelled[shape.nested[0]] = [piece.json(tagged=not untagged) for piece in self.inside]
        return spelled


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def values(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    """JSON values that the kind allows."""
    if isinstance(kind, Whole):
        return st.integers(kind.least, kind.most)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Choice):
        return st.sampled_from([option.value for option in kind.options])
    if isinstance(kind, Language):
        return st.sampled_from(sorted(LANGUAGES))
    if isinstance(kind, RecordMode):
        return st.sampled_from([True, False, *kind.YES, *kind.NO])
    assert isinstance(kind, Pattern)
    return st.from_regex(kind.regex, fullmatch=True, alphabet=WRITABLE).filter(lambda text: len(text) <= 128)


@st.composite
def pieces(draw: st.DrawFn, cls: type) -> Piece:
    """Any verb or noun of the class that is right."""
    shape = shape_of(cls)
    attributes = {
        name: draw(values(attribute.kind), label=name)
        for name, attribute in shape.attributes.items()
        if draw(st.booleans(), label=f"with {name}")
    }
    text = ""
    inside: tuple[Piece, ...] = ()
    if shape.content is not None:
        text = draw(values(shape.content[1].kind).filter(lambda found: bool(found.strip())), label="content")
    elif shape.nested is not None:
        of = shape.nested[1]
        # A conference stands alone in a Dial, and a Dial never stands empty.
        least, most = (0, 3) if of.shorthand is None else (1, 1)
        inside = tuple(draw(st.lists(st.sampled_from(of.classes).flatmap(pieces), min_size=least, max_size=most)))
    return Piece(cls, attributes, text, inside)


def flows() -> st.SearchStrategy[list[Piece]]:
    """Any call flow that is right."""
    return st.lists(st.sampled_from(list(VERBS.values())).flatmap(pieces), max_size=4)


def as_xml(flow: list[Piece]) -> str:
    return "<Response>" + "".join(piece.xml() for piece in flow) + "</Response>"


def as_json(flow: list[Piece]) -> list[dict[str, Any]]:
    return [piece.json() for piece in flow]
