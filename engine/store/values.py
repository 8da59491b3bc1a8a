"""Turns dataclasses into rows and back; options of calls have a column each, whatever holds them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from engine.model.call_options import AccountOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def values_of(value: "DataclassInstance", *, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a value, without those in `leave`; the way back is `Kind(**row)`, or `with_options`."""
    values = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in leave}
    if isinstance(options := values.get("options"), AccountOptions):
        del values["options"]
        values.update((name, chosen) for name, _, chosen in options.items())
    return values


def changes_of(value: "DataclassInstance", stored: "DataclassInstance") -> dict[str, Any]:
    """Those of `values_of` in which a value differs from another of its kind."""
    changed = {
        field.name for field in fields(value) if _differs(getattr(value, field.name), getattr(stored, field.name))
    }
    if not changed:
        return {}
    return values_of(value, leave=frozenset(field.name for field in fields(value) if field.name not in changed))


def _differs(one: object, other: object) -> bool:
    return one is not other and one != other


def with_options(kind: Callable[..., T], options: type[AccountOptions], row: Mapping[Any, Any]) -> T:
    """The value of a row whose `options` have columns of their own."""
    values = dict(zip(row.keys(), row.values(), strict=True))
    chosen = {name: values.pop(name) for name in options.table()}
    return kind(**values, options=options(**chosen))


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
