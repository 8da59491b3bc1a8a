"""Reads a body that should be JSON, and refuses by name what others may read otherwise or what can't be stored."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from math import isfinite
from typing import Any, Final

from api.http.problems import Problem

DEEPEST: Final = 32
"""How deep a body may be nested; a flow nests its verbs four deep at most."""
LARGEST: Final = 2**53 - 1
"""The largest whole number that every reader of JSON knows exactly (RFC 7493 §2.2)."""


def json_of(raw: bytes) -> Any:
    """The value that a body is. Raises Problem 400 that names what is wrong, and the limit where there is one."""
    try:
        value = json.loads(
            raw.decode(),
            parse_constant=_no_constant,
            parse_int=_whole_number,
            parse_float=_number,
            object_pairs_hook=_each_once,
        )
        _check(value)
    except UnicodeDecodeError as error:
        raise _refused(f"byte {error.start} is no UTF-8") from None
    except RecursionError:
        raise _refused(_TOO_DEEP) from None
    except ValueError as error:
        raise _refused(str(error)) from None
    return value


def check_text(text: str) -> None:
    """Raises ValueError for texts that are no Unicode, and for the character NUL, which databases refuse."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("a text is no Unicode") from None
    if "\0" in text:
        raise ValueError("the character NUL can't be stored")


_TOO_DEEP: Final = f"it is nested more than {DEEPEST} deep"


def _refused(why: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {why}.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _whole_number(text: str) -> int:
    if len(text) > len(str(-LARGEST)) or abs(int(text)) > LARGEST:
        raise ValueError(f"a whole number is beyond {LARGEST}")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError("a number is too large")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 §4 leaves open which of two values counts."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name is there twice in one object")
    return value


def _check(value: Any, depth: int = 1) -> None:
    """JSON can spell texts that can't be stored, and nest without end."""
    if isinstance(value, str):
        check_text(value)
        return
    if not isinstance(value, Mapping | list):
        return
    if depth > DEEPEST:
        raise ValueError(_TOO_DEEP)
    for each in (*value, *value.values()) if isinstance(value, Mapping) else value:
        _check(each, depth + 1)
