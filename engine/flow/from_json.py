"""The JSON spelling: a list of verbs, `[{"verb": "say", "text": "Hello"}]`. RFC 8259.

The names are those of the XML spelling; what stands between the tags there has a key here. engine/flow/schema.json
is its JSON Schema.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.diagnostics import STRICT, Findings
from engine.flow.document import Document, Verb
from engine.flow.element import Element, shown
from engine.flow.reading import read
from engine.flow.shape import Nested, are_verbs, shape_of
from engine.flow.unsupported import refusal_of
from engine.flow.verbs import VERBS
from engine.flow_faults import FlowFault

SIZE_LIMIT: Final = 64 * 1024
TAG: Final = "verb"

_EXAMPLE: Final = '[{"verb": "say", "text": "Hello"}]'
# XML 1.0 §2.2: what XML can't say, the other spelling may not either.
_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def from_json(body: str | bytes | list[Any], findings: Findings = STRICT) -> Document:
    """The document that the JSON spells. Raises DocumentError: always if it is no JSON, else as the findings say."""
    values = _loaded(body)
    if not isinstance(values, list):
        raise DocumentError(f"A call flow in JSON is a list of verbs, as in {_EXAMPLE}.")
    verbs = [_verb(value, number, findings) for number, value in enumerate(values, start=1)]
    return Document(tuple(verb for verb in verbs if verb is not None))


def _verb(value: object, number: int, findings: Findings) -> Verb | None:
    try:
        node = _tagged(value, VERBS.values(), f"verb {number}")
    except DocumentError as wrong:
        findings.fault(wrong)
        return None
    return read(node, VERBS[node.name], findings)


def _loaded(body: str | bytes | list[Any]) -> object:
    try:
        text = json.dumps(body, allow_nan=False) if isinstance(body, list) else body
        if len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")) > SIZE_LIMIT:
            raise DocumentError("The document is longer than 64 KiB.", fault=FlowFault.TOO_LONG)
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        detail = f"This is not JSON: {wrong.msg}."
        raise DocumentError(detail, line=wrong.lineno, column=wrong.colno) from None
    except RecursionError:
        raise DocumentError("The document is nested too deeply.") from None
    except (TypeError, ValueError) as wrong:
        raise DocumentError(f"This is not JSON: {shown(str(wrong))}.") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise DocumentError(f"The key {shown(key)} stands twice in one object.")
        if isinstance(value, str) and _NO_CHARACTER.search(value):
            raise DocumentError(f"{shown(key)} has a character that is not allowed in a call flow.", attribute=key)
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise DocumentError(f"{name} is not a JSON number.")


def _tagged(value: object, classes: Iterable[type], where: str) -> Element:
    """An object that says under "verb" what it is."""
    by_tag = {shape_of(cls).json_name: cls for cls in classes}
    attributes = _attributes(value, where)
    tag = attributes.pop(TAG, None)
    if isinstance(tag, str) and tag in by_tag:
        return _node(by_tag[tag], attributes, f"{where} ({tag})")
    if isinstance(tag, str) and (why := refusal_of(tag)) is not None:
        raise DocumentError(f"{where} ({tag}): {why}", element=tag, attribute=TAG)
    allowed = ", ".join(by_tag)
    said = "there is no 'verb'" if tag is None else f"'verb' is {shown(tag)}"
    raise DocumentError(f"{where}: {said}. Allowed are: {allowed}.", attribute=TAG)


def _named(value: object, classes: Iterable[type], where: str) -> Element:
    """An object that is known by the key that it has, as {"number": "+3225550199"} is."""
    by_key = {content[0]: cls for cls in classes if (content := shape_of(cls).content)}
    attributes = _attributes(value, where)
    keys = [key for key in by_key if key in attributes]
    if len(keys) != 1:
        raise DocumentError(f"{where}: write one of these keys: {', '.join(by_key)}.")
    return _node(by_key[keys[0]], attributes, f"{where} ({keys[0]})")


def _attributes(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise DocumentError(f"{where}: write an object, not {shown(value)}.")
    return dict(value)


def _node(cls: type, attributes: dict[str, object], label: str) -> Element:
    """The object as an element: its content and its nested objects moved where XML has them."""
    shape = shape_of(cls)
    parts: list[str | Element] = []
    if shape.content is not None and (key := shape.content[0]) in attributes:
        text = attributes.pop(key)
        if not isinstance(text, str):
            detail = f"{label}: '{key}' is {shown(text)}: write {shape.content[1].kind.allowed}."
            raise DocumentError(detail, element=shape.name, attribute=key)
        parts.append(text)
    for key, declared in shape.nested.items():
        if key in attributes:
            parts += _inside(attributes.pop(key), key, declared, label)
    return Element(shape.name, label, attributes, tuple(parts), typed=True)


def _inside(value: object, key: str, declared: Nested, label: str) -> list[str | Element]:
    if isinstance(value, str) and declared.shorthand is not None:
        return [value]
    if not isinstance(value, list):
        raise DocumentError(f"{label}: '{key}' is {shown(value)}: write a list.", attribute=key)
    return [_one(each, declared, f"{label}, {key} {number}") for number, each in enumerate(value, start=1)]


def _one(value: object, declared: Nested, where: str) -> Element:
    if len(declared.classes) == 1:
        return _node(declared.classes[0], _attributes(value, where), where)
    spelled = _tagged if are_verbs(declared) else _named
    return spelled(value, declared.classes, where)
