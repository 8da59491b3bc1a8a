"""The published document as one page that loads nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

Json = Mapping[str, Any]

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h2{margin-top:3rem;border-bottom:2px solid #246}h3{margin-top:2rem}
code{background:#f2f4f7;padding:.1em .3em;border-radius:3px}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3em .6em;
border-bottom:1px solid #dde}.method{font-weight:bold;color:#246}
"""


def page(document: Json) -> str:
    """HTML for people."""
    return "".join(_page(document))


def _page(document: Json) -> Iterator[str]:
    info = document["info"]
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}</title>"
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
    yield "<p>The document itself is at <a href=/openapi.json>/openapi.json</a>.</p>"
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        for path, item in document["paths"].items():
            base = item.get("servers", document["servers"])[0]["url"].rstrip("/")
            for method, operation in item.items():
                if isinstance(operation, Mapping) and tag["name"] in operation.get("tags", ()):
                    yield from _operation(document, f"{base}{path}", method, operation)
    yield "<h2>Types</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
        yield from _schema(document, schema)
    yield "</html>"


def _operation(document: Json, path: str, method: str, operation: Json) -> Iterator[str]:
    yield f"<h3>{escape(operation['summary'])}</h3>"
    yield f"<p><code><span class=method>{method.upper()}</span> {escape(path)}</code></p>"
    yield f"<p>{escape(operation['description'])}</p>"
    if "x-scope" in operation:
        yield f"<p>Needs a key with the scope <code>{escape(operation['x-scope'])}</code>.</p>"
    parameters = [_resolved(document, each) for each in operation.get("parameters", ())]
    if parameters:
        yield "<table><tr><th>Parameter<th>Type<th>Meaning</tr>"
        for each in parameters:
            yield _row(each["name"], _type(each["schema"]), each["description"])
        yield "</table>"
    body = operation.get("requestBody")
    if body:
        yield "<p>Body, as JSON:</p>"
        yield from _schema(document, body["content"]["application/json"]["schema"])
    yield "<table><tr><th>Answer<th>Body<th>Meaning</tr>"
    for code, given in operation["responses"].items():
        response = _resolved(document, given)
        kinds = ", ".join(response.get("content", {}))
        yield _row(code, escape(kinds), response["description"])
    yield "</table>"


def _schema(document: Json, given: Json) -> Iterator[str]:
    schema = _resolved(document, given)
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    required = schema.get("required", ())
    yield "<table><tr><th>Field<th>Type<th>Meaning</tr>"
    for name, each in schema["properties"].items():
        meaning = f"{each.get('description', '')}{' Required.' if name in required else ''}"
        yield _row(name, _type(each), meaning)
    yield "</table>"


def _row(name: str, kind: str, meaning: str) -> str:
    return f"<tr><td><code>{escape(name)}</code><td>{kind}<td>{escape(meaning)}</tr>"


def _type(schema: Json) -> str:
    """HTML: the type with its bounds, or a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_type(schema['items'])}"
    parts = [str(schema.get("type", ""))]
    parts += [f"{name} {schema[name]}" for name in ("minimum", "maximum", "default", "format") if name in schema]
    if "enum" in schema:
        parts.append("one of " + ", ".join(str(each) for each in schema["enum"]))
    return escape("; ".join(part for part in parts if part))


def _resolved(document: Json, value: Json) -> Json:
    while "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value
