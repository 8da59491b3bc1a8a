"""Turns dataclasses into rows and back; options of calls have a column each, whatever holds them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from engine.model.call_options import AccountOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

_DIFFERENT_OPTIONS: Final = 256


def values_of(value: "DataclassInstance", *, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a value, without those in `leave`; the way back is `Kind(**row)`, or a `RowReader`."""
    values = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in leave}
    if isinstance(options := values.get("options"), AccountOptions):
        del values["options"]
        values.update((name, chosen) for name, _, chosen in options.items())
    return values


def changes_of(value: "DataclassInstance", stored: "DataclassInstance") -> dict[str, Any]:
    """The fields of a value that differ from those of another of its kind, as `values_of` gives them."""
    changed = {
        field.name for field in fields(value) if _differs(getattr(value, field.name), getattr(stored, field.name))
    }
    if not changed:
        return {}
    return values_of(value, leave=frozenset(field.name for field in fields(value) if field.name not in changed))


def _differs(one: object, other: object) -> bool:
    return one is not other and one != other


class RowReader(Generic[T]):
    """Makes values of rows, a column each, and one for each of the `options` that they hold."""

    def __init__(self, kind: Callable[..., T], options: type[AccountOptions]) -> None:
        self._kind = kind
        self._names = tuple(each.name for each in fields(cast(Any, kind)) if each.name != "options")
        self._own = itemgetter(*self._names)
        self._chosen = itemgetter(*options.table())
        # Most rows of a list have chosen the same; they share the value.
        self._options = lru_cache(_DIFFERENT_OPTIONS)(partial(_options, options))

    def read(self, row: Mapping[Any, Any]) -> T:
        """The value of a row."""
        values: dict[str, Any] = dict(zip(self._names, self._own(row), strict=True))
        return self._kind(**values, options=self._options(*self._chosen(row)))


def _options(options: type[AccountOptions], *chosen: Any) -> AccountOptions:
    """Options of what was chosen of each, in their order."""
    return options(**dict(zip(options.table(), chosen, strict=True)))


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
