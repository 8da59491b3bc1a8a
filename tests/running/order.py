"""Which tests run together: in groups that one worker takes whole, those that compute beside those that wait.

`--only together` leaves out the tests marked `alone`: they measure time to the millisecond, so nothing may run beside
them. `--only alone` runs just those. `--only fast` runs what needs neither SIP nor a process of its own, and does not
say that it takes long; hypothesis then tries fewer examples.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeVar

import pytest

from tests.running.cost import TESTS
from tests.running.first import mark_first_of_each_folder

T = TypeVar("T")

_WITH_PROCESSES: Final = ("alone", "asterisk", "postgres", "processes", "sip")
_ALONE: Final = "mark.alone"
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


def may_hold(path: Path, only: Only | None) -> bool:
    """Whether a file could have tests of the part, by its text: most need not be read for the few that run alone."""
    return only is not Only.ALONE or not path.is_file() or _ALONE in path.read_text("utf-8")


def starts_programs(item: pytest.Item) -> bool:
    """Whether a test says that it starts other programs or opens SIP endpoints."""
    return _has_any(item, _WITH_PROCESSES)


def folder(item: pytest.Item) -> str:
    """The folder of `tests` that it is in, such as "unit"."""
    return _parts(item.path)[0]


def group_of(item: pytest.Item) -> str:
    """Tests of one group run on one worker: quick ones by file, so that what a file prepares is made once."""
    chosen = item.get_closest_marker("xdist_group")
    if chosen is not None:
        return str(chosen.args[0] if chosen.args else chosen.kwargs["name"])
    return _name(item.path) if folder(item) == "unit" else item.nodeid


def by_turns(computing: Sequence[T], waiting: Sequence[T]) -> list[T]:
    """Both in their order, spread over each other evenly, so that the machine is never idle for want of either."""
    places = [((number + 0.5) / len(each), one) for each in (computing, waiting) for number, one in enumerate(each)]
    return [one for _, one in sorted(places, key=itemgetter(0))]


def arrange(items: list[pytest.Item], only: Only | None) -> list[pytest.Item]:
    """Group and sort the items in place; what is left out is given back."""
    mark_first_of_each_folder(items)
    left_out = [item for item in items if only is not None and not is_chosen(item, only)]
    gone = set(left_out)
    groups: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item not in gone:
            groups[group_of(item)].append(item)
    for name, group in groups.items():
        for item in group:
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(name))
    computing = [group for group in groups.values() if folder(group[0]) == "unit"]
    waiting = sorted((group for group in groups.values() if folder(group[0]) != "unit"), key=_is_short)
    items[:] = [item for group in by_turns(computing, waiting) for item in group]
    return left_out


def _is_short(group: Sequence[pytest.Item]) -> bool:
    """Long waits come first, so that no worker is left with one at the end."""
    return not any(item.get_closest_marker("slow") for item in group)


def _has_any(item: pytest.Item, markers: Iterable[str]) -> bool:
    return any(item.get_closest_marker(name) for name in markers)


def _name(path: Path) -> str:
    return "/".join(_parts(path))


@cache
def _parts(path: Path) -> tuple[str, ...]:
    return path.relative_to(TESTS).parts
