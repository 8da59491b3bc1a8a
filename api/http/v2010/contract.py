"""The published document of /2010-04-01, put together of one file for each of its nouns."""

from functools import cache
from importlib.resources import files
from typing import Final

from api.http.contract import Published, read_document

API_VERSION: Final = "2010-04-01"
BASE_PATH: Final = f"/{API_VERSION}"
PREFIXES: Final = (BASE_PATH, f"/api/laml{BASE_PATH}")
"""Where it is served: the second is where clients of one provider look for the same interface."""
_COMMON: Final = "common.yml"


@cache
def published() -> Published:
    """Read once in a process: nobody changes it."""
    folder = files("api.http.v2010").joinpath("openapi")
    document = read_document(folder.joinpath(_COMMON).read_text("utf-8"))
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yml") and file.name != _COMMON:
            part = read_document(file.read_text("utf-8"))
            document["tags"] += part["tags"]
            document["paths"] |= part["paths"]
            for kind, named in part["components"].items():
                document["components"][kind] |= named
    return Published(document)
