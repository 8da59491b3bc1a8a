"""The published document: what the interface is, and what requests are validated against."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

BASE_PATH: Final = "/v1/voice"
_METHODS: Final = frozenset({"get", "post", "delete", "put", "patch"})

# libyaml's parser reads the document in a tenth of the time; PyYAML may have been built without it.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Json = Mapping[str, Any]


def read_document(text: str) -> dict[str, Any]:
    """What a published document in YAML says. Raises yaml.YAMLError."""
    document: dict[str, Any] = yaml.load(text, _LOADER)
    return document


def _pattern(_: Any, rule: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Patterns are ECMA-262's (JSON Schema §6.4): their `$` is the end, while Python's matches before a line break."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", rule), value):
        yield ValidationError(f"{value!r} does not match {rule!r}")


_VALIDATOR: Final[type[Draft202012Validator]] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)


@dataclass(frozen=True, slots=True)
class RequestParameter:
    """A query parameter; `schema` has its type and default."""

    name: str
    schema: Json
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `path` is absolute; `is_open` needs no key; `body` is the request's JSON schema;
    `scope` is what a key must be for; `in_path` has the schemas of what the path names.
    """

    id: str
    method: str
    path: str
    is_open: bool
    query: tuple[RequestParameter, ...]
    body: Json | None
    scope: str
    in_path: Json


class Published:
    """The OpenAPI document of `api/openapi.yml`."""

    def __init__(self, document: Json) -> None:
        self.document = document

    @classmethod
    @cache
    def load(cls) -> "Published":
        """Read once in a process: nobody changes it."""
        return cls(read_document(files("api").joinpath("openapi.yml").read_text("utf-8")))

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The contract's operations by operationId."""
        return {each.id: each for each in self._operations()}

    def validator(self, schema: Json) -> Draft202012Validator:
        """Checks values against a schema of the document; references into the document are followed."""
        return _VALIDATOR({**schema, "components": self.document["components"]})

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            base = item.get("servers", self.document["servers"])[0]["url"].rstrip("/")
            for method, operation in item.items():
                if method in _METHODS:
                    yield Operation(
                        id=operation["operationId"],
                        method=method.upper(),
                        path=f"{base}{path}",
                        is_open=operation.get("security") == [],
                        query=tuple(self._query(operation)),
                        body=self._body(operation),
                        scope=operation.get("x-scope", ""),
                        in_path=self._in_path(item),
                    )

    def _in_path(self, item: Json) -> Json:
        found = [self._resolved(given) for given in item.get("parameters", ())]
        return {each["name"]: each["schema"] for each in found if each["in"] == "path"}

    def _query(self, operation: Json) -> Iterator[RequestParameter]:
        for given in operation.get("parameters", ()):
            parameter = self._resolved(given)
            if parameter["in"] == "query":
                yield RequestParameter(parameter["name"], parameter["schema"], parameter.get("required", False))

    def _body(self, operation: Json) -> Json | None:
        body = operation.get("requestBody")
        if body is None:
            return None
        (content,) = body["content"].values()
        return self._resolved(content["schema"])

    def _resolved(self, value: Json) -> Json:
        while "$ref" in value:
            found: Any = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value
