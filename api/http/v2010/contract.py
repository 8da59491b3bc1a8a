"""The published document of /2010-04-01, put together of one file for each of its nouns."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from api.http.contract import Published

BASE_PATH: Final = "/2010-04-01"
PREFIXES: Final = (BASE_PATH, f"/api/laml{BASE_PATH}")
"""Where it is served: the second is where clients of one provider look for the same interface."""
_COMMON: Final = "common.yml"

# libyaml's parser reads the document in a tenth of the time; PyYAML may have been built without it.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def published() -> Published:
    """Read once in a process: nobody changes it."""
    folder = files("api.http.v2010").joinpath("openapi")
    document: dict[str, Any] = _read(folder.joinpath(_COMMON).read_text("utf-8"))
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yml") and file.name != _COMMON:
            part = _read(file.read_text("utf-8"))
            document["tags"] += part["tags"]
            document["paths"] |= part["paths"]
            for kind, named in part["components"].items():
                document["components"][kind] |= named
    return Published(document)


def _read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, _LOADER)
    return document
