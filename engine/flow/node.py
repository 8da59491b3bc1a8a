"""An element of a document before it is understood, and how it is read into a verb or noun."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from xml.sax.saxutils import escape, quoteattr

from engine.errors import DocumentError
from engine.flow.kinds import Kind, NotAllowed
from engine.flow.shape import Content, Nested, Shape, shape_of

T = TypeVar("T")

# Attributes of XML itself, which any tool may have put there.
_OF_XML: Final = ("xmlns", "xml:", "xsi:")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Node:
    """`label` is the element as the user finds it: "<Say>", or "verb 2 (say)" where there are no lines.

    `parts` are text and elements in their order; `typed` says that attributes are JSON values, not text.
    """

    name: str
    label: str
    attributes: Mapping[str, object]
    parts: "tuple[str | Node, ...]" = ()
    line: int = 0
    column: int = 0
    typed: bool = False

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    @property
    def children(self) -> "tuple[Node, ...]":
        return tuple(part for part in self.parts if isinstance(part, Node))

    def error(self, detail: str, attribute: str = "") -> DocumentError:
        """An error at this place."""
        return DocumentError(
            f"{self.label}: {detail}", line=self.line, column=self.column, element=self.name, attribute=attribute
        )


def read(node: Node, cls: type[T]) -> T:
    """The verb or noun that the element spells. Raises DocumentError."""
    shape = shape_of(cls)
    values = _attributes(node, shape)
    if shape.nested is not None:
        name, declared = shape.nested
        values[name] = _nested(node, declared)
    elif shape.content is not None:
        name, declared_content = shape.content
        text = _content(node, declared_content)
        if shape.content_required and not text:
            raise node.error(f"it is empty; write {declared_content.kind.allowed}.")
        if text:
            values[name] = _value(node, name, declared_content.kind, text)
    else:
        _must_be_empty(node)
    try:
        return cls(**values)
    except ValueError as wrong:
        raise node.error(str(wrong)) from None


def _attributes(node: Node, shape: Shape) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, given in node.attributes.items():
        declared = shape.attributes.get(name)
        if declared is not None:
            values[shape.fields[name]] = _value(node, name, declared.kind, given)
        elif name in shape.later:
            if given is not False and given not in ("", "false"):  # compared: a JSON value may have no hash
                raise node.error(f"'{name}' is not supported yet. Leave it out.", name)
        elif name not in shape.ignored and not (name.startswith(_OF_XML) and not node.typed):
            raise node.error(f"there is no attribute {shown(name)}. Allowed are: {_names(node, shape)}.", name)
    return values


def _names(node: Node, shape: Shape) -> str:
    """What may be written there; JSON has keys also for what XML puts between the tags."""
    inside = [declared[0] for declared in (shape.content, shape.nested) if declared and node.typed]
    return ", ".join([*inside, *shape.attributes]) or "none"


def _value(node: Node, name: str, kind: Kind[T], given: object) -> T:
    try:
        return kind.of_json(given) if node.typed else kind.of_text(str(given))
    except NotAllowed:
        raise node.error(f"'{name}' is {shown(given)}: write {kind.allowed}.", name) from None


def _content(node: Node, declared: Content) -> str:
    for child in node.children:
        if child.name not in declared.markup:
            allowed = ", ".join(f"<{name}>" for name in sorted(declared.markup)) or "no elements"
            raise child.error(f"it can't stand in {node.label}. Allowed there: {allowed}.")
    return f"<speak>{_markup(node, declared)}</speak>" if node.children else node.text


def _markup(node: Node, declared: Content) -> str:
    """The element's inside as it was written."""
    written = []
    for part in node.parts:
        if isinstance(part, str):
            written.append(escape(part))
            continue
        _content(part, declared)
        attributes = "".join(f" {name}={quoteattr(str(value))}" for name, value in part.attributes.items())
        written.append(f"<{part.name}{attributes}>{_markup(part, declared)}</{part.name}>")
    return "".join(written)


def _nested(node: Node, declared: Nested) -> tuple[Any, ...]:
    if node.text:
        if declared.shorthand is None or node.children:
            raise node.error(f"text can't stand here: {shown(node.text)}.")
        return (read(replace(node, attributes={}), declared.shorthand),)
    by_name = {cls.__name__: cls for cls in declared.classes}
    found: list[Any] = []
    for child in node.children:
        if child.name not in by_name:
            allowed = ", ".join(f"<{name}>" for name in by_name)
            raise child.error(f"it can't stand in {node.label}. Allowed there: {allowed}.")
        found.append(read(child, by_name[child.name]))
    return tuple(found)


def _must_be_empty(node: Node) -> None:
    if node.children:
        raise node.children[0].error(f"it can't stand in {node.label}, which is empty.")
    if node.text:
        raise node.error(f"it is always empty; {shown(node.text)} can't stand in it.")


def shown(value: object) -> str:
    """A value from a document, fit to be shown: on one line, not too long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
