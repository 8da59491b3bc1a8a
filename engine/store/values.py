"""From dataclasses to rows; the way back is `Kind(**row)`."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def values_of(value: "DataclassInstance", *, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a value, without those in `leave`."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name not in leave}


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
