"""Which tests run together: in groups that one worker takes whole, the longest first, and some by themselves.

`--only together` leaves out the tests marked `alone`: they measure time to the millisecond, so nothing may run beside
them. `--only alone` runs just those. `--only fast` runs what needs neither SIP nor a process of its own, and does not
say that it takes long; hypothesis then tries fewer examples.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest

from tests.running.cost import TESTS
from tests.running.first import mark_first_of_each_file

_WITH_PROCESSES: Final = ("alone", "asterisk", "postgres", "processes", "sip")
_LONG: Final = ("costly", "slow")


class Only(StrEnum):
    """A part of the tests."""

    FAST = "fast"
    TOGETHER = "together"
    ALONE = "alone"


def is_chosen(item: pytest.Item, only: Only) -> bool:
    """Whether a test belongs to the part."""
    if only is Only.FAST:
        return folder(item) == "unit" and not starts_programs(item) and not _has_any(item, _LONG)
    return (item.get_closest_marker("alone") is not None) == (only is Only.ALONE)


def starts_programs(item: pytest.Item) -> bool:
    """Whether a test says that it starts other programs or opens SIP endpoints."""
    return _has_any(item, _WITH_PROCESSES)


def folder(item: pytest.Item) -> str:
    """The folder of `tests` that it is in, such as "unit"."""
    return item.path.relative_to(TESTS).parts[0]


def group_of(item: pytest.Item) -> str:
    """Tests of one group run on one worker: quick ones by file, so that what a file prepares is made once."""
    chosen = item.get_closest_marker("xdist_group")
    if chosen is not None:
        return str(chosen.args[0] if chosen.args else chosen.kwargs["name"])
    return _name(item.path) if folder(item) == "unit" else item.nodeid


def rank(item: pytest.Item) -> int:
    """Long waits come first, so that no worker is left with one at the end."""
    return 0 if item.get_closest_marker("slow") else 1 if folder(item) == "unit" else 2


def arrange(items: list[pytest.Item], only: Only | None) -> list[pytest.Item]:
    """Group and sort the items in place; what is left out is given back."""
    mark_first_of_each_file(items)
    left_out = [item for item in items if only is not None and not is_chosen(item, only)]
    gone = set(left_out)
    items[:] = sorted((item for item in items if item not in gone), key=rank)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group_of(item)))
    return left_out


def _has_any(item: pytest.Item, markers: Iterable[str]) -> bool:
    return any(item.get_closest_marker(name) for name in markers)


def _name(path: Path) -> str:
    return str(path.relative_to(TESTS))
