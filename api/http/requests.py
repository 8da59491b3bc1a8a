"""Reads requests: path, query and body, checked against what is published, before any resource sees them."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar

from aiohttp import web
from jsonschema import ValidationError

from api.http.bodies import body_of
from api.http.client_address import client_address
from api.http.contract import Operation, Published
from api.http.json_bodies import check_text, json_of
from api.http.problems import FieldError, Invalid, Problem
from engine.errors import NotFound
from engine.model.accounts import Account, Caller
from engine.privacy.audit import by_key
from engine.privacy.masking import masked_address
from engine.store.audit import Audit

_ID: Final = "_id"
_IDENTIFIER: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_UNESCAPED_PLUS: Final = re.compile(r" [0-9]+")
"""A number in E.164 whose plus a client has not escaped; nothing else begins so."""
_LONGEST_NAME: Final = 40
_ALIKE: Final = 0.7
"""Of 1: two names that are less alike are none for the other; colour is not meant for disclosure."""
_JSON: Final = "application/json"
_BOOLEANS: Final = {"true": True, "false": False}
_AN: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


class Owned(Protocol):
    """A value that belongs to an account."""

    @property
    def account_id(self) -> str: ...


T = TypeVar("T", bound=Owned)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request that is well formed. `query` and `body` have their published defaults filled in.

    `actor` is who asks, as the audit log names it; `key_id` is the API key.
    """

    account: Account
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    http: web.Request
    actor: str = ""
    key_id: str = ""

    @property
    def network(self) -> str:
        """Where the client is, as the audit log says it: as 203.0.113.0/24, or here for one without an address."""
        address = client_address(self.http)
        return masked_address(address) if address is not None else "here"

    def naming(self, **path: str) -> "ApiRequest":
        """The same request, whose path names these too."""
        return replace(self, path={**self.path, **path})

    async def audited(self, audit: Audit, action: str, object_: str, **facts: object) -> None:
        """Note on the audit log what this request does, and from where it comes. Raises StoreError."""
        await audit.add(self.actor, action, object_, **{"from": self.network, **facts})

    def own(self, kind: str, found: T | None, named: str | None = None) -> T:
        """What was found for what the path has `named` (or as `kind`_id), if it is the account's.

        Raises NotFound: others' is no one's.
        """
        if found is None or found.account_id != self.account.id:
            raise NotFound(kind, self.path[named or f"{kind}_id"])
        return found


async def read(request: web.Request, caller: Caller, operation: Operation, published: Published) -> ApiRequest:
    """Raises Problem (400, 413, 415, 422) naming what is wrong, and NotFound for what can be no identifier."""
    for name, value in request.match_info.items():
        if name.endswith(_ID) and not is_identifier(value):
            raise NotFound(name.removesuffix(_ID), value)
    query = _query(request, operation, published)
    body = await _body(request, operation, published)
    return ApiRequest(
        caller.account, dict(request.match_info), query, body, request, by_key(caller.key_id), caller.key_id
    )


def is_identifier(text: str) -> bool:
    """Whether it has the shape of an identifier: two capitals for the kind, and 32 hex digits."""
    return _IDENTIFIER.fullmatch(text) is not None


def checked_body(value: Any, operation: Operation, published: Published) -> dict[str, Any]:
    """A body as its operation is published, with its defaults. Raises Invalid, naming each field that is wrong."""
    schema = operation.body or {}
    errors = faults_of(published, schema, value, "body")
    if errors:
        raise Invalid(*errors)
    return _with_defaults(value, schema)


def _query(request: web.Request, operation: Operation, published: Published) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for parameter in operation.query:
        text = request.query.get(parameter.name)
        if text is None:
            if "default" in parameter.schema:
                values[parameter.name] = parameter.schema["default"]
            elif parameter.required:
                errors.append(FieldError(parameter.name, "is missing."))
            continue
        try:
            check_text(text)
        except ValueError as error:
            errors.append(FieldError(parameter.name, f"{error}."))
            continue
        value = _typed(with_plus(text), parameter.schema.get("type"))
        errors += faults_of(published, parameter.schema, value, parameter.name)
        values[parameter.name] = value
    if errors:
        raise Invalid(*errors)
    return values


def with_plus(text: str) -> str:
    """A value of a query, with the plus of a number that its client has not escaped."""
    return f"+{text[1:]}" if _UNESCAPED_PLUS.fullmatch(text) else text


def _typed(text: str, kind: str | None) -> Any:
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    return text


async def _body(request: web.Request, operation: Operation, published: Published) -> dict[str, Any]:
    if operation.body is None:
        return {}
    raw = await body_of(request)
    if not raw and not operation.body.get("required"):
        return checked_body({}, operation, published)
    if request.content_type != _JSON:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"The body is {request.content_type}; send {_JSON} in the header Content-Type.",
        )
    return checked_body(json_of(raw), operation, published)


def _with_defaults(value: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    return {**defaults, **value}


def faults_of(published: Published, schema: Mapping[str, Any], value: Any, whole: str) -> list[FieldError]:
    """The first fault of each field of a value; `whole` names the value itself."""
    found = published.validator(schema).iter_errors(value)
    faults: dict[str, FieldError] = {}
    for fault in (each for error in found for each in _explained(error, whole)):
        faults.setdefault(fault.field, fault)
    return list(faults.values())


def _explained(error: ValidationError, whole: str) -> Iterator[FieldError]:
    field = ".".join(str(step) for step in error.absolute_path) or whole
    given: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    inside = "" if not error.absolute_path else f"{field}."
    match error.validator:
        case "required":
            yield from (FieldError(f"{inside}{name}", "is required.") for name in rule if name not in given)
        case "type":
            shown = "the value" if schema.get("writeOnly") else _shown(given)
            yield FieldError(field, f"{shown} is not {_kinds(rule)}.")
        case "anyOf":
            yield from _of_branches(error, field, whole)
        case "enum":
            yield FieldError(field, f"{_shown(given)} is not one of {', '.join(str(each) for each in rule)}.")
        case "minimum" | "maximum":
            yield FieldError(field, f"{given} is not allowed; give {schema['minimum']} to {schema['maximum']}.")
        case "additionalProperties":
            yield from _that_are_not(set(given), schema.get("properties", {}), inside)
        case "maxLength":
            yield FieldError(field, f"is longer than {rule} characters.")
        case "minLength":
            yield FieldError(field, "is empty.")
        case "pattern":
            yield FieldError(field, f"{_shown(given)} {schema['x-expected']}")
        case _:
            yield FieldError(field, error.message)


def _kinds(rule: str | list[str]) -> str:
    """The kinds that a value may be of, in words."""
    return " or ".join(_AN[each] for each in ([rule] if isinstance(rule, str) else rule))


def _that_are_not(given: set[str], known: Collection[str], inside: str) -> Iterator[FieldError]:
    """Fields that nobody reads: who writes them has meant another."""
    for name in sorted(given.difference(known)):
        meant = get_close_matches(name, known, 1, _ALIKE)
        hint = f"; is {meant[0]} meant?" if meant else f". There are {', '.join(known)}."
        yield FieldError(f"{inside}{name[:_LONGEST_NAME]}", f"is no field here{hint}")


def _of_branches(error: ValidationError, field: str, whole: str) -> Iterator[FieldError]:
    rules: Any = error.validator_value
    branch = _branch(error)
    if branch is None:
        yield FieldError(field, f"{_shown(error.instance)} is not {' or '.join(_AN[each['type']] for each in rules)}.")
    for each in error.context or ():
        if each.relative_schema_path[0] == branch:
            yield from _explained(each, whole)


def _branch(error: ValidationError) -> int | None:
    """The one of several schemas that a value was meant for, by its kind; None where it is of no such kind."""
    if not error.context:
        return None
    wrong = {each.relative_schema_path[0] for each in error.context if each.validator == "type" and not each.path}
    rules: Any = error.validator_value
    meant = [number for number in range(len(rules)) if number not in wrong]
    return meant[0] if meant else None


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
