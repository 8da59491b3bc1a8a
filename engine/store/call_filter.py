"""Which of an account's calls somebody asks for, as a value and as conditions on their rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from operator import eq, ge, lt
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam

from engine.model.call import Direction, Status
from engine.store.moment_functions import shown
from engine.store.tables.calls import calls

ENDS: Final = ("end_time_after", "end_time_before")
"""The fields by which no list is ordered."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """A choice of an account's calls; None asks for nothing.

    `start_time_after` takes calls from that moment on, `start_time_before` those before it, so that
    windows laid end to end give every call once; those of `end_time` likewise.
    """

    account_id: str
    status: Status | None = None
    direction: Direction | None = None
    from_: str | None = None
    to: str | None = None
    start_time_after: datetime | None = None
    start_time_before: datetime | None = None
    end_time_after: datetime | None = None
    end_time_before: datetime | None = None
    parent_id: str | None = None

    def values(self) -> dict[str, Any]:
        """What is asked for, by the names of the fields."""
        given = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in given if value is not None}

    def conditions(self) -> list[ColumnElement[bool]]:
        """What is true of the rows of these calls alone."""
        given = self.values().items()
        return [_COMPARISONS[name](shown(value) if name in ENDS else value) for name, value in given]


def open_conditions(names: Iterable[str]) -> list[ColumnElement[bool]]:
    """The conditions of a filter that has these fields, each value a place of its field's name."""
    return [_COMPARISONS[name](bindparam(name)) for name in names]


_COMPARISONS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    **{name: partial(eq, calls.c[name]) for name in ("account_id", "status", "direction", "from_", "to", "parent_id")},
    "start_time_after": partial(ge, calls.c.start_time),
    "start_time_before": partial(lt, calls.c.start_time),
    "end_time_after": partial(ge, calls.c.end_time),
    "end_time_before": partial(lt, calls.c.end_time),
}
