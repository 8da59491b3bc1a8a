"""Writes the schemas of trunks in api/openapi.yml, of their fields: `python -m api.http.trunk_schema` renews them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent
from typing import Any, Final

import yaml

from engine.model.trunk import Trunk
from engine.model.trunk.profiles import PROFILE, profiles
from engine.model.trunk.reachability import TrunkEventKind

FILE: Final = Path(__file__).parents[1] / "openapi.yml"
_BEGIN: Final = "    # made from the fields of engine/model/trunk/trunk.py: python -m api.http.trunk_schema\n"
_DEEP: Final = "    "
_WIDTH: Final = 112
_END: Final = "    # end of what is made from the fields\n"

Json = Mapping[str, Any]


def renewed(text: str) -> str:
    """The document with its schemas of trunks as the fields have them."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{FILE} has no lines {_BEGIN.strip()!r} and {_END.strip()!r}")
    return f"{before}{begin}{''.join(_schemas())}{end}{after}"


def _schemas() -> Iterator[str]:
    fields = {name: {**facts.kind.schema(), "description": _help(name)} for name, facts in Trunk.table().items()}
    needed = [name for name in fields if name not in Trunk.defaults()]
    profile = {"type": "string", "enum": list(profiles()), "description": "Says what fields are that are left out."}
    yield _object("NewTrunk", {**fields, PROFILE: profile}, needed, closed=True)
    yield _object("TrunkChange", {name: each for name, each in fields.items() if name != "name"}, closed=True)
    shown = {name: _read_only(each) for name, each in fields.items() if not Trunk.table()[name].secret}
    yield _object("Trunk", {**shown, **_STATE}, [*shown, *_STATE])


def _help(name: str) -> str:
    if name not in Trunk.defaults() or Trunk.defaults()[name] == "":
        return Trunk.table()[name].help
    default = Trunk.table()[name].kind.written(Trunk.defaults()[name])
    return f"{Trunk.table()[name].help} {json.dumps(default)} if left out."


def _read_only(schema: Json) -> Json:
    """The schema as it is answered: what may be given as text too is told field by field."""
    if "anyOf" in schema:
        given = {name: each for name, each in schema.items() if name != "anyOf"}
        return {**schema["anyOf"][1], **given}
    if "anyOf" not in schema.get("items", {}):
        return schema
    return {**schema, "items": schema["items"]["anyOf"][1]}


_MOMENT: Final = {"$ref": "#/components/schemas/Moment"}
_MEASURED: Final = {"type": ["number", "null"]}
_FIGURES: Final[Json] = {
    "calls": {"type": "integer", "description": "That were answered and go on."},
    "attempts": {"type": "integer"},
    "answer_seizure_ratio": {**_MEASURED, "description": "The part of the attempts that was answered (ITU-T E.411)."},
    "average_duration_s": _MEASURED,
    "post_dial_delay_p50_ms": {**_MEASURED, "description": "From INVITE to ringing or answer; half are below."},
    "post_dial_delay_p95_ms": {**_MEASURED, "description": "As before; 95 of 100 are below."},
    "mos": {**_MEASURED, "description": "How the far ends sound, from 1.0 to 4.5 (ITU-T G.107)."},
}
_PING: Final[Json] = {
    "host": {"type": "string"},
    "at": _MOMENT,
    "code": {"type": "integer", "description": "SIP's status code; 0 where nothing came back."},
    "round_trip_ms": _MEASURED,
}
_EVENT: Final[Json] = {
    "at": _MOMENT,
    "kind": {"type": "string", "enum": [each.value for each in TrunkEventKind]},
    "detail": {"type": "string", "description": "The registrar's answer, or the host that it is about."},
}
_REACHABILITY: Final[Json] = {
    "silent_since": {
        "anyOf": [_MOMENT, {"type": "null"}],
        "description": "Since when it has answered nothing; null while it does, and before it was asked anything.",
    },
    "round_trip_ms": {**_MEASURED, "description": "Of the last OPTIONS."},
    "options": {
        "type": "array",
        "description": "The last 20 OPTIONS, oldest first; keep_alive options sends them at all times.",
        "items": {"type": "object", "required": list(_PING), "properties": _PING},
    },
    "events": {
        "type": "array",
        "description": "The last 50 changes of its state on this node since its start, oldest first.",
        "items": {"type": "object", "required": list(_EVENT), "properties": _EVENT},
    },
}
_STATE: Final[Json] = {
    "reachability": {
        "type": "object",
        "description": "Whether it answers this node.",
        "required": list(_REACHABILITY),
        "properties": _REACHABILITY,
    },
    "calls_now": {
        "type": "object",
        "description": "Its calls on the node that answers, to compare with its limits.",
        "required": ["out", "in"],
        "properties": {
            "out": {"type": "integer", "description": "That go out, from their order on."},
            "in": {"type": "integer", "description": "That have come in."},
        },
    },
    "figures": {
        "type": "object",
        "description": "How calls went out by it on this node in the last hour; null where nothing was measured.",
        "required": list(_FIGURES),
        "properties": _FIGURES,
    },
    "password_set": {"type": "boolean", "description": "Whether there is a password; it is never shown."},
    "from": {
        "type": "string",
        "enum": ["database", "file", "settings"],
        "description": "Where it is set, and alone changed.",
    },
    "place": {"type": ["string", "null"], "description": "The file, or the setting."},
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "registrations": {
        "type": "array",
        "description": "What the carrier last answered to each node that registers.",
        "items": {
            "type": "object",
            "required": ["node", "registered", "until", "code", "reason", "words", "at", "again_at"],
            "properties": {
                "node": {"type": "string"},
                "registered": {"type": "boolean"},
                "until": {"anyOf": [_MOMENT, {"type": "null"}]},
                "code": {"type": "integer", "description": "SIP's status code."},
                "reason": {"type": "string"},
                "words": {"type": "string", "description": "The carrier's own, of Warning and Reason."},
                "at": _MOMENT,
                "again_at": {
                    "anyOf": [_MOMENT, {"type": "null"}],
                    "description": "When it is asked again, where it has refused, or not answered.",
                },
            },
        },
    },
}


def _object(name: str, properties: Json, required: list[str] | None = None, *, closed: bool = False) -> str:
    schema: dict[str, Any] = {"type": "object"}
    if required:
        schema["required"] = required
    if closed:
        schema["additionalProperties"] = False
    text = yaml.safe_dump(
        {name: {**schema, "properties": json.loads(json.dumps(properties))}},
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return indent(text, _DEEP)


if __name__ == "__main__":
    FILE.write_text(renewed(FILE.read_text("utf-8")), "utf-8")
