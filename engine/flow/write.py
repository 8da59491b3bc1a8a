"""Spells a call flow: the other way round of reading it. What is left at its default is not written."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from engine.flow.document import Document
from engine.flow.from_json import TAG
from engine.flow.from_xml import ROOT
from engine.flow.markup import inside, is_ssml
from engine.flow.shape import Nested, are_verbs, shape_of

_INDENT: Final = "  "
# A reader takes these for one blank in an attribute, and CR for LF in text (XML 1.0 §2.11, §3.3.3).
_IN_TEXT: Final = {"\r": "&#13;"}
_IN_ATTRIBUTE: Final = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def to_json(document: Document) -> list[dict[str, Any]]:
    """The JSON spelling, as values; parse() reads it back to an equal document."""
    return [_object(verb, tagged=True) for verb in document.verbs]


def to_json_text(document: Document) -> str:
    """The JSON spelling, indented, with a line end."""
    return json.dumps(to_json(document), indent=2, ensure_ascii=False) + "\n"


def to_xml(document: Document) -> str:
    """The XML spelling, indented, with a line end; parse() reads it back to an equal document."""
    lines = [f"<{ROOT}>", *(line for verb in document.verbs for line in _element(verb, _INDENT)), f"</{ROOT}>"]
    return "\n".join(lines) + "\n"


def _object(made: Any, *, tagged: bool) -> dict[str, Any]:
    shape = shape_of(type(made))
    spelled: dict[str, Any] = {TAG: shape.json_name} if tagged else {}
    if shape.content is not None and (text := getattr(made, shape.content[0])):
        spelled[shape.content[0]] = text
    spelled |= dict(_set(made))
    for name, nested in shape.nested.items():
        if values := getattr(made, name):
            spelled[name] = _list(values, nested)
    return spelled


def _list(values: tuple[Any, ...], nested: Nested) -> list[Any]:
    return [_object(value, tagged=are_verbs(nested)) for value in values]


def _element(made: Any, indent: str) -> Iterator[str]:
    shape = shape_of(type(made))
    attributes = "".join(f" {name}={_quoted(value)}" for name, value in _set(made))
    text = _text(getattr(made, shape.content[0])) if shape.content else ""
    within = list(_inside(made, indent + _INDENT))
    if not within:
        yield (
            f"{indent}<{shape.name}{attributes}>{text}</{shape.name}>"
            if text
            else f"{indent}<{shape.name}{attributes}/>"
        )
        return
    yield f"{indent}<{shape.name}{attributes}>{text}"
    yield from within
    yield f"{indent}</{shape.name}>"


def _inside(made: Any, indent: str) -> Iterator[str]:
    for name, nested in shape_of(type(made)).nested.items():
        values = getattr(made, name)
        if values and nested.wrapper:
            yield f"{indent}<{nested.wrapper}>"
            for value in values:
                yield from _element(value, indent + _INDENT)
            yield f"{indent}</{nested.wrapper}>"
            continue
        for value in values:
            yield from _element(value, indent)


def _set(made: Any) -> Iterator[tuple[str, object]]:
    """Attributes that are not at their default: name, and value as it is written."""
    shape = shape_of(type(made))
    defaults = {each.name: each.default for each in dataclasses.fields(made)}
    for name, declared in shape.attributes.items():
        field = shape.fields[name]
        value = getattr(made, field)
        if value != defaults[field] and (written := declared.kind.json_of(value)) is not None:
            yield name, written


def _text(text: str) -> str:
    return inside(text).replace("\r", "&#13;") if is_ssml(text) else escape(text, _IN_TEXT)


def _quoted(value: object) -> str:
    if isinstance(value, list):
        return quoteattr(" ".join(value))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return quoteattr(text, _IN_ATTRIBUTE)
