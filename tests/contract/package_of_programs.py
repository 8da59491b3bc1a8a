"""What /2010-04-01 is by the package `twilio` of PyPI, whose resources are made of the published description.

Each class there ends in List or Context, has its path in `_uri`, and asks in methods that name the HTTP method and put
the parameters by their published names; each class that ends in Instance takes its fields out of `payload`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_ASKING: Final = {"_create": "POST", "_update": "POST", "_fetch": "GET", "_delete": "DELETE", "page": "GET"}
_PAGING: Final = frozenset({"Page", "PageSize", "PageToken"})
_PLACE: Final = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class PackageOperation:
    """An operation that the package can ask for: its path with {} for each identifier, and its parameters."""

    method: str
    path: str
    parameters: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class PackageNoun:
    """A module of the package: the operations of its classes, and the fields of the resource they give."""

    module: str
    operations: tuple[PackageOperation, ...]
    fields: frozenset[str]


def same_path(path: str) -> str:
    """A path with {} for each identifier, whatever it is called."""
    return _PLACE.sub("{}", path)


@cache
def nouns() -> tuple[PackageNoun, ...]:
    """All modules of the interface's version."""
    spec = find_spec("twilio.rest.api.v2010")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    found = [_noun(path, root) for path in sorted(root.rglob("*.py"))]
    return tuple(each for each in found if each.operations)


def _noun(path: Path, root: Path) -> PackageNoun:
    classes = [each for each in ast.parse(path.read_text("utf-8")).body if isinstance(each, ast.ClassDef)]
    operations = [each for kind in classes for each in _operations(kind)]
    fields = {each for kind in classes if kind.name.endswith("Instance") for each in _fields(kind)}
    return PackageNoun(str(path.relative_to(root)), tuple(operations), frozenset(fields))


def _operations(kind: ast.ClassDef) -> Iterator[PackageOperation]:
    path = _path(kind)
    for method in kind.body:
        if path and isinstance(method, ast.FunctionDef) and method.name in _ASKING:
            yield PackageOperation(_ASKING[method.name], path, frozenset(_parameters(method)) - _PAGING)


def _path(kind: ast.ClassDef) -> str:
    """The text that `_uri` is made of."""
    for each in ast.walk(kind):
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "self._uri":
            texts = [text.value for text in ast.walk(each) if isinstance(text, ast.Constant)]
            return next(same_path(text) for text in texts if isinstance(text, str) and text.startswith("/"))
    return ""


def _parameters(method: ast.FunctionDef) -> Iterator[str]:
    """The names in the first thing that is put together: what comes after are header fields."""
    for each in ast.walk(method):
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "data":
            for text in ast.walk(each.value):
                if isinstance(text, ast.Dict):
                    yield from (key.value for key in text.keys if isinstance(key, ast.Constant))  # type: ignore[misc]


def _fields(kind: ast.ClassDef) -> Iterator[str]:
    for each in ast.walk(kind):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "payload.get":
            (name, *_) = each.args
            assert isinstance(name, ast.Constant)
            yield str(name.value)
