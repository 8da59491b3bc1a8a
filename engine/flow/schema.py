"""The JSON Schema (draft 2020-12) of the JSON spelling, made from the verbs' declarations.

`schema.json` beside this file is the same, published; renew it with

    python -m engine.flow.schema > engine/flow/schema.json
"""

import json
import sys
from functools import cache
from typing import Any, Final

from engine.flow.attribute_types import AttributeType, JsonSchema
from engine.flow.from_json import TAG
from engine.flow.shape import Nested, are_verbs, shape_of
from engine.flow.verbs import VERBS

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


@cache
def flow_schema() -> JsonSchema:
    """What a call flow in JSON is. What depends on several fields at once is left to the parser."""
    definitions: dict[str, JsonSchema] = {}
    for cls in VERBS.values():
        _define(cls, definitions, tagged=True)
    return {
        "$schema": DRAFT,
        "title": "Call flow",
        "description": "What happens on a call: a list of verbs, performed in order. The call ends after the last.",
        "type": "array",
        "items": {"anyOf": [_reference(cls) for cls in VERBS.values()]},
        "$defs": definitions,
    }


def _define(cls: type, definitions: dict[str, JsonSchema], *, tagged: bool) -> None:
    shape = shape_of(cls)
    properties: dict[str, JsonSchema] = {TAG: {"const": shape.json_name}} if tagged else {}
    required = [TAG] if tagged else []
    if shape.content is not None:
        name, content = shape.content
        properties[name] = _described(content.kind, content.help)
        required += [name] if shape.content_required else []
    for name, nested in shape.nested.items():
        properties[name] = _list_of(nested)
        required += [name] if nested.least else []
        for inner in nested.classes:
            if inner.__name__ not in definitions:
                _define(inner, definitions, tagged=are_verbs(nested))
    for name, attribute in shape.attributes.items():
        properties[name] = _described(attribute.kind, attribute.help)
    for name in sorted(shape.ignored):
        properties[name] = {"description": f"Accepted, without effect: {shape.ignored[name]}"}
    for name in sorted(shape.later):
        properties[name] = {"description": f"Not supported: {shape.later[name]}", "enum": [False, "false", ""]}
    definitions[cls.__name__] = {
        "description": (cls.__doc__ or "").partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list_of(nested: Nested) -> JsonSchema:
    several: JsonSchema = {
        "description": f"{nested.help}.",
        "type": "array",
        "items": {"anyOf": [_reference(cls) for cls in nested.classes]},
        "minItems": nested.least,
    }
    content = shape_of(nested.shorthand).content if nested.shorthand else None
    return several if content is None else {"anyOf": [content[1].kind.schema(), several]}


def _described(kind: AttributeType[Any], words: str) -> JsonSchema:
    return {"description": f"{words}.", **kind.schema()}


def _reference(cls: type) -> JsonSchema:
    return {"$ref": f"#/$defs/{cls.__name__}"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n")
