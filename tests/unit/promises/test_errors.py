"""The tree of errors at the head of engine/errors.py is that of its classes."""

import inspect
import re

import pytest

from engine import errors

pytestmark = pytest.mark.promise

ROOT = errors.TelefoonError
ROW = re.compile(r"^([│ ]*)[├└]── (\w+) +\S", re.MULTILINE)
INDENT = len("│   ")


def told() -> set[tuple[str, str]]:
    """Each class that the tree names, after the one under which it stands."""
    above = [ROOT.__name__]
    found = set()
    for indent, name in ROW.findall(errors.__doc__ or ""):
        del above[len(indent) // INDENT + 1 :]
        found.add((above[-1], name))
        above.append(name)
    return found


def test_each_error_stands_in_the_tree_under_the_one_that_it_is_a_kind_of() -> None:
    kinds = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, ROOT)]

    assert told() == {(each.__bases__[0].__name__, each.__name__) for each in kinds if each is not ROOT}
