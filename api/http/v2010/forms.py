"""Reads requests of /2010-04-01: path, query and form body, checked against what is published."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from api.http.bodies import body_of
from api.http.contract import Json, Operation, Published
from api.http.json_bodies import check_text
from api.http.problems import FieldError, Invalid, Problem
from api.http.requests import ApiRequest, faults_of, with_plus
from api.http.v2010.errors import CodedProblem
from engine.errors import NotFound
from engine.model.accounts import Caller
from engine.privacy.audit import by_key

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 500
_SID: Final = "Sid"
_ID: Final = "sid"
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_NEVER_EMPTY: Final = ("integer", "boolean")
"""Types of parameters that are not given where they are empty; an empty text may take a value away."""
_BOOLEANS: Final = {"true": True, "false": False}


async def read(request: web.Request, caller: Caller, operation: Operation, published: Published) -> ApiRequest:
    """A request whose `query` and `body` have the published types; what is not published there is left out.

    Raises Problem (400, 413, 415) naming what is wrong, and NotFound for what can be no identifier.
    """
    for name, value in request.match_info.items():
        if faults_of(published, operation.in_path[name], value, name):
            raise NotFound(name.removesuffix(_SID).lower() or _ID, value)
    given = [(name, with_plus(value)) for name, value in request.query.items()]
    query = _typed(given, _schema_of_query(operation), published)
    body = _typed(await _form(request), operation.body, published) if operation.body is not None else {}
    return ApiRequest(
        caller.account, dict(request.match_info), query, body, request, by_key(caller.key_id), caller.key_id
    )


def _schema_of_query(operation: Operation) -> Json:
    return {"properties": {each.name: each.schema for each in operation.query}}


async def _form(request: web.Request) -> list[tuple[str, str]]:
    raw = await body_of(request)
    if not raw:
        return []
    if request.content_type != _FORM:
        detail = f"The body is {request.content_type}; send a form ({_FORM})."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        for name, value in pairs:
            check_text(name)
            check_text(value)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is no form: {error}.") from None
    return pairs


def _typed(pairs: list[tuple[str, str]], schema: Json, published: Published) -> dict[str, Any]:
    """The published parameters among the pairs, with the defaults of others.

    Raises Invalid, and CodedProblem for one that is refused here, or whose fault has a number (`x-wrong`).
    """
    properties = schema.get("properties", {})
    given: dict[str, Any] = {}
    for name, text in pairs:
        known = properties.get(name)
        if known is None or (not text and known.get("type") in _NEVER_EMPTY):
            continue
        if "x-refused" in known and text:
            raise CodedProblem(known.get("x-code", 20001), f"{name} is refused here: {known['x-refused']}")
        if known.get("type") == "array":
            given.setdefault(name, []).extend(text.split())
        else:
            given[name] = _value(text, known)
    faults = [*_faults(given, properties, published)]
    if faults:
        raise _wrong(faults, properties)
    return {name: each["default"] for name, each in properties.items() if "default" in each} | given


def _wrong(faults: Sequence[FieldError], properties: Mapping[str, Json]) -> Problem:
    """All faults in one problem, whose number is that of the first, if its parameter has one."""
    invalid = Invalid(*faults)
    number = properties[faults[0].field.partition(".")[0]].get("x-wrong")
    return CodedProblem(number, invalid.detail) if number is not None else invalid


def _faults(given: Mapping[str, Any], properties: Mapping[str, Json], published: Published) -> Iterator[FieldError]:
    """What is wrong, each by its parameter's name; of a list by its place in it, too, such as StatusCallbackEvent.0."""
    for name, value in given.items():
        for fault in faults_of(published, properties[name], value, name):
            yield fault if fault.field == name else replace(fault, field=f"{name}.{fault.field}")


def _value(text: str, schema: Json) -> Any:
    kind = schema.get("type")
    if kind == "integer" and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    return text
