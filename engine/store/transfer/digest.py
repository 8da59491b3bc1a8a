"""A digest of many rows, the same in whatever order they come: databases sort texts each in its own way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

_ROOM: Final = 1 << 256


@dataclass(slots=True)
class RowsDigest:
    """How many rows there were, and the sum of their SHA-256."""

    rows: int = 0
    _sum: int = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count some more; their values are in the order of the columns."""
        for row in rows:
            self.rows += 1
            text = repr(tuple(map(_written, row)))
            self._sum = (self._sum + int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest())) % _ROOM

    @property
    def hex(self) -> str:
        """64 hex digits."""
        return f"{self._sum:064x}"


def _written(value: Any) -> Any:
    """A value of which equals are written alike: an amount may have zeros behind it, or an exponent."""
    if isinstance(value, Decimal):
        return value.as_integer_ratio() if value.is_finite() else str(value)
    return value
