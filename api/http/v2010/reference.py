"""The tables of /2010-04-01 in docs/migrating.md, made from its published document and its tables.

python -m api.http.v2010.reference docs/migrating.md     # renews them
"""

from collections.abc import Iterator, Mapping
from typing import Final

from api.http.contract import Json
from api.http.v2010.absent import ABSENT, REFUSED
from api.http.v2010.codes import CODES
from api.http.v2010.contract import published
from engine.page_tables import renew, row, table

_METHODS: Final = ("get", "post", "delete")
_ACCOUNT: Final = "/Accounts/{AccountSid}"
_FORM: Final = "application/x-www-form-urlencoded"


def tables() -> Mapping[str, str]:
    """What is served, which fields are always null, which parameters are refused, what is absent, error numbers."""
    return {
        "operations": _operations(),
        "null fields": table(("resource", "field", "why it is null"), _null_fields()),
        "refused parameters": table(("operation", "parameter", "why it is refused"), _refused_parameters()),
        "absent nouns": table(("path", "why"), _absent()),
        "error numbers": _codes(),
    }


def _operations() -> str:
    rows = (
        row(f"`{_short(path)}`", ", ".join(f"{method.upper()}: {item[method]['summary']}" for method in _of(item)))
        for path, item in published().document["paths"].items()
    )
    return table(("path", "what there is"), rows)


def _null_fields() -> Iterator[str]:
    for name, schema in published().document["components"]["schemas"].items():
        for field, each in schema.get("properties", {}).items():
            if each.get("type") == "null":
                yield row(name, f"`{field}`", each.get("description", ""))


def _refused_parameters() -> Iterator[str]:
    for operation in published().operations.values():
        given = {each.name: each.schema for each in operation.query} | (operation.body or {}).get("properties", {})
        for name, schema in given.items():
            if "x-refused" in schema:
                yield row(operation.id, f"`{name}`", schema["x-refused"])


def _absent() -> Iterator[str]:
    for path, why in ABSENT.items():
        yield row(f"`{path}`", why)
    for (method, path), why in REFUSED.items():
        yield row(f"{method} `{path}`", why)


def _codes() -> str:
    rows = (row(str(code.number), str(int(code.status)), code.meaning) for code in CODES.values())
    return table(("number", "HTTP status", "meaning"), rows)


def _short(path: str) -> str:
    return path.removeprefix(_ACCOUNT).removesuffix(".json") or path


def _of(item: Json) -> list[str]:
    return [method for method in _METHODS if method in item]


if __name__ == "__main__":
    renew(tables())
